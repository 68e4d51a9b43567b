#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bellwether {

std::string to_hex(std::string_view bytes);
std::string to_base64(std::string_view bytes);

/// Strict RFC 4648 base64 with padding; no value for anything else.
std::optional<std::string> from_base64(std::string_view text);

/// Reads "%41" and, in query strings, '+' as a blank; no value for a broken escape.
std::optional<std::string> from_percent_encoding(std::string_view text, bool plus_is_blank);
std::string to_percent_encoding(std::string_view text);

/// The whole of `text` as a decimal number.
std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace bellwether
