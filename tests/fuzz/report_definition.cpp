#include <cstdlib>
#include <string_view>

#include "reports/definition.hpp"
#include "reports/timeline.hpp"

/// A report that parses has its buckets or says why not; one that does not says what is wrong with it.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace bellwether;
  const auto definition = reports::parse_definition({reinterpret_cast<const char*>(data), size});
  if (!definition) {
    if (definition.error().message.empty()) std::abort();
    return 0;
  }
  const auto bounds = reports::resolve_bounds(definition->frame(), calendar::TimeZone::utc(),
                                              from_unix_ms(1'768'910'400'000));
  if (bounds ? bounds->size() < 2 || bounds->size() > reports::kMaxBuckets + 1 : bounds.error().empty())
    std::abort();
  return 0;
}
