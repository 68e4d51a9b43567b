#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bellwether {

std::string to_base64(std::string_view bytes);

/// Strict RFC 4648 base64 with padding; no value for anything else.
std::optional<std::string> from_base64(std::string_view text);

/// Reads "%41" and, in query strings, '+' as a blank; no value for a broken escape.
std::optional<std::string> from_percent_encoding(std::string_view text, bool plus_is_blank);
std::string to_percent_encoding(std::string_view text);

/// Somebody's text for a message of ours: valid UTF-8 of at most `most` bytes and an ellipsis; text that is
/// not UTF-8 is percent-encoded.
std::string for_message(std::string_view text, std::size_t most = 64);

/// JSON text in which each escaped surrogate that has no partner ("\ud800") is U+FFFD: parsers refuse it, and some senders
/// write it.
std::string replace_lone_surrogates(std::string_view json);

/// The whole of `text` as a decimal number.
std::optional<std::int64_t> parse_integer(std::string_view text);
/// The same with a fraction or an exponent; never infinite.
std::optional<double> parse_number(std::string_view text);

/// Without the blanks and line breaks around it.
std::string_view trim(std::string_view text);

/// One field of a CSV line (RFC 4180), quoted where it must be.
void append_csv_field(std::string& out, std::string_view text);

/// Whether a spreadsheet may take the text for a formula: it begins with =, +, -, @, a tab or a carriage
/// return, and is not a number.
bool begins_formula(std::string_view text);
/// One field of a CSV line that people open in a spreadsheet: an apostrophe stands before what begins a
/// formula.
void append_csv_text(std::string& out, std::string_view text);

}  // namespace bellwether
