#include "contract/json_text.hpp"

#include <cstdlib>
#include <string_view>

#include <boost/json.hpp>

/// Our checker against Boost's parser. It is only ever given what simdjson's first stage has passed: valid
/// UTF-8 and no control characters, so inputs with others are left out.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace bellwether::contract;
  for (std::size_t i = 0; i < size; ++i) {
    if (data[i] < 0x20 || data[i] > 0x7e) return 0;
  }
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.starts_with(' ') || text.ends_with(' ')) return 0;
  const JsonTextFault fault = check_json_value(text, 30, 1 << 20);
  if (fault == JsonTextFault::kDepth) return 0;
  boost::json::parse_options options;
  options.allow_invalid_utf8 = true;  // lone surrogate escapes are kept as they came
  boost::system::error_code error;
  boost::json::stream_parser parser({}, options);
  parser.write(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  // Numbers beyond a double are JSON, which Boost cannot hold.
  if (error == boost::json::error::exponent_overflow || error == boost::json::error::too_deep) return 0;
  if ((fault == JsonTextFault::kNone) != !error) std::abort();
  return 0;
}
