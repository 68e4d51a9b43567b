#include <cstdlib>
#include <string>
#include <string_view>

#include "contract/cohort_sync.hpp"
#include "contract/member_reader.hpp"

/// What the decoder accepts must read again at merge: the same number of members with an id, each with an object of
/// properties.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace bellwether::contract;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  find_action(body);
  const auto page = decode_cohort_page(body, {.depth = 16, .members = 100, .string_bytes = 1000});
  if (!page) {
    if (page.error().describe().empty()) std::abort();
    return 0;
  }
  if (page->page_count < 1 || (page->is_numbered() && page->page_count > page->total_pages)) std::abort();
  std::size_t members = 0;
  const auto read = MemberReader().read(page->members_json, [&](const Member& member) {
    ++members;
    if (member.properties.front() != '{' || member.properties.back() != '}') std::abort();
  });
  if (!read || members != page->member_count) std::abort();
  return 0;
}
