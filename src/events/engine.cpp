#include "events/engine.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace bellwether::events {

namespace {

EngineError::Kind kind_of(int code) {
  switch (code) {
    case 159:  // TIMEOUT_EXCEEDED
    case 160:
      return EngineError::Kind::kTimeout;  // TOO_SLOW
    case 241:
      return EngineError::Kind::kLimit;  // MEMORY_LIMIT_EXCEEDED
    case 202:                            // TOO_MANY_SIMULTANEOUS_QUERIES
    case 203:                            // NO_FREE_CONNECTION
    case 209:                            // SOCKET_TIMEOUT
    case 210:                            // NETWORK_ERROR
    case 242:                            // TABLE_IS_READ_ONLY
    case 243:                            // NOT_ENOUGH_SPACE
    case 999:
      return EngineError::Kind::kUnavailable;  // KEEPER_EXCEPTION
    default:
      return EngineError::Kind::kQuery;
  }
}

}  // namespace

EngineError decode_exception(std::string_view text) {
  constexpr std::string_view kCode = "Code: ";
  const std::size_t at = text.find(kCode);
  int code = 0;
  if (at != std::string_view::npos) {
    std::string_view digits = text.substr(at + kCode.size());
    digits = digits.substr(0, std::min(digits.find_first_not_of("0123456789"), digits.size()));
    code = static_cast<int>(parse_integer(digits).value_or(0));
  }
  return {kind_of(code), code, for_message(text, 1000)};
}

}  // namespace bellwether::events
