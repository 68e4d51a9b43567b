#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Somebody's text may be a megabyte long (a property's value), but what people read must stay short, and
/// what other services accept is limited. These cut between characters (UTF-8's code points), never inside
/// one.
namespace bellwether {

/// At most so many characters of a segment, a label or a name in a sentence, a message or a heading.
inline constexpr std::size_t kReadableCharacters = 200;
/// The same in a place for the whole of it, such as an HTML title attribute or a CSV cell.
inline constexpr std::size_t kDetailCharacters = 1000;

/// How many characters a string has.
std::size_t count_characters(std::string_view text);

/// At most `most` characters, the last an ellipsis when there are more. Looks at no more of `text` than it
/// returns. Never more than 4 * `most` + 3 bytes, also of text that is not UTF-8.
std::string shorten(std::string_view text, std::size_t most);

/// The beginning of `text`, of at most `most` bytes, without a part of a character at its end.
std::string_view cut_to_bytes(std::string_view text, std::size_t most);

}  // namespace bellwether
