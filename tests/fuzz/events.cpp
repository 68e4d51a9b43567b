#include <algorithm>
#include <cstdlib>
#include <string_view>

#include <boost/json.hpp>

#include "ingestion/event_decoder.hpp"

/// Whatever comes in, what goes to the engine is a line of JSON an event.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace bellwether;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const bool strict : {false, true}) {
    const auto batch = ingestion::decode_events(body, {.project_id = "8",
                                                       .strict = strict,
                                                       .now = from_unix_ms(1'768'910'400'000),
                                                       .limits = {.events = 50}});
    if (!batch) {
      if (batch.error().empty()) std::abort();
      continue;
    }
    std::string_view rows = batch->rows;
    if (static_cast<std::size_t>(std::ranges::count(rows, '\n')) != batch->events) std::abort();
    for (std::size_t end = rows.find('\n'); end != std::string_view::npos; end = rows.find('\n')) {
      boost::system::error_code wrong;
      boost::json::parse(rows.substr(0, end), wrong, {}, {.max_depth = 2000});
      if (wrong) std::abort();
      rows.remove_prefix(end + 1);
    }
  }
  return 0;
}
