#pragma once

#include <string>
#include <string_view>

namespace bellwether {

bool is_utf8(std::string_view text);

/// The two halves of which UTF-16 makes a character beyond U+FFFF.
constexpr bool is_leading_surrogate(unsigned code) {
  return code >= 0xd800 && code <= 0xdbff;
}
constexpr bool is_trailing_surrogate(unsigned code) {
  return code >= 0xdc00 && code <= 0xdfff;
}

/// U+FFFD, which stands for what is no character.
inline constexpr std::string_view kReplacementCharacter = "\xef\xbf\xbd";

struct RepairedUtf8 {
  std::string text;
  bool lost = false;  ///< something was no character and is U+FFFD now
};

/// Makes UTF-8 of what was meant as UTF-8. A character beyond U+FFFF that was written as two surrogates of three bytes
/// each (CESU-8, as mixpanel-browser's base64 has it) becomes itself; a surrogate without its partner, and each run of
/// bytes that is no character, becomes U+FFFD.
RepairedUtf8 repair_utf8(std::string_view text);

}  // namespace bellwether
