#include "events/engine.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/log.hpp"

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

/// "… (SYNTAX_ERROR) (version 26.5)" -> "SYNTAX_ERROR": the last word in parentheses that is all capitals.
std::string_view name_of(std::string_view text) {
  constexpr std::string_view kCapitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  for (std::size_t open = text.rfind('('); open != std::string_view::npos && open > 0;
       open = text.rfind('(', open - 1)) {
    const std::string_view word =
        text.substr(open + 1, text.find_first_not_of(kCapitals, open + 1) - open - 1);
    const bool closed = open + 1 + word.size() < text.size() && text[open + 1 + word.size()] == ')';
    if (closed && word.contains('_')) return word;
  }
  return {};
}

constexpr std::size_t kLoggedBytes = 1000;
constexpr std::size_t kToldBytes = 200;

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
  // A proxy's words, or a server's that starts: no row is in them.
  if (code == 0) return {kind_of(code), code, for_message(text, kToldBytes)};
  log::debug("the event engine's own words", {{"error", for_message(text, kLoggedBytes)}});
  const std::string_view name = name_of(text);
  return {kind_of(code), code,
          name.empty() ? fmt::format("the event engine's error {}", code)
                       : fmt::format("the event engine's error {} ({})", code, name)};
}

}  // namespace bellwether::events
