#pragma once

#include <string>
#include <string_view>

/// Text of other people for a terminal or a log: what would control the terminal, or show the text in another
/// order than it has, is written as an escape that can be seen.
///
/// Escaped as in JSON (`\n`, `\u001b`, `\u202e`): control characters (C0, DEL, C1), line and paragraph
/// separators, and the characters that set the direction of writing. Bytes that are not UTF-8 become U+FFFD,
/// because a terminal may take them for C1. The result is valid UTF-8, and escaping it again changes nothing.
namespace bellwether {

std::string visible(std::string_view text);
/// The same, but line breaks stay: for text of several lines, such as CSV.
std::string visible_lines(std::string_view text);
/// Whether `visible` would change it.
bool has_hidden(std::string_view text);

}  // namespace bellwether
