#include "base/visible.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace bellwether {

namespace {

/// The bytes of the first character; one byte if that is not UTF-8.
std::string_view first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const std::string_view character = text.substr(0, length);
  return is_utf8(character) ? character : text.substr(0, 1);
}

/// Of a character of up to three bytes in valid UTF-8; 0 for longer ones.
std::uint32_t code_of(std::string_view character) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(character[i]));
  };
  if (character.size() == 1) return byte(0);
  if (character.size() == 2) return (byte(0) & 0x1fU) << 6U | (byte(1) & 0x3fU);
  if (character.size() == 3) return (byte(0) & 0xfU) << 12U | (byte(1) & 0x3fU) << 6U | (byte(2) & 0x3fU);
  return 0;
}

bool is_hidden(std::uint32_t code) {
  const bool control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
  const bool separator = code == 0x2028 || code == 0x2029;
  const bool direction = code == 0x061c || code == 0x200e || code == 0x200f ||
                         (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return control || separator || direction;
}

bool is_plain(char c) {
  return c >= ' ' && c < '\x7f';
}

std::string escape(std::uint32_t code) {
  switch (code) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return fmt::format("\\u{:04x}", code);
  }
}

std::string escape_all(std::string_view text, bool lines_stay) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto plain = static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::string_view character = first_character(text);
    text.remove_prefix(character.size());
    const bool breaks_line = character == "\n" || (character == "\r" && text.starts_with('\n'));
    const bool valid = is_utf8(character);
    const std::uint32_t code = valid ? code_of(character) : 0;
    const bool hidden = valid && character.size() < 4 && is_hidden(code) && !(breaks_line && lines_stay);
    if (hidden) {
      out += escape(code);
    } else {
      out += valid ? character : "\ufffd";
    }
  }
  return out;
}

}  // namespace

std::string visible(std::string_view text) {
  return escape_all(text, false);
}

std::string visible_lines(std::string_view text) {
  return escape_all(text, true);
}

bool has_hidden(std::string_view text) {
  return !std::ranges::all_of(text, is_plain) && visible(text) != text;
}

}  // namespace bellwether
