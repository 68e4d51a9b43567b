#include <cstdlib>
#include <string_view>

#include <boost/json.hpp>

#include "ingestion/profile.hpp"

/// Updates applied one after another to one profile leave an object, or nothing.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace bellwether::ingestion;
  const auto batch = decode_profile_updates(
      {reinterpret_cast<const char*>(data), size},
      {.project_of_token = [](std::string_view) { return std::optional<std::string>("8"); }});
  if (!batch) return 0;
  const ProfileLimits limits;
  std::string document;
  for (const ProfileUpdate& update : batch->updates) {
    Profile profile(document, limits);
    profile.apply(update);
    document = profile.document();
    if (!document.empty() && !boost::json::parse(document).is_object()) std::abort();
  }
  return 0;
}
