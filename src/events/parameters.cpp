#include "events/parameters.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace bellwether::events {

namespace {

/// A parameter is read as a field of ClickHouse's tab-separated format: a backslash begins an escape, and a
/// tab or a line's end would end the value.
std::string escape_field(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\0':
        out += "\\0";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// A string inside an array's text: quoted, with the same escapes.
std::string quote(std::string_view text) {
  std::string out = "'";
  for (const char c : escape_field(text)) {
    if (c == '\'') out += '\\';
    out += c;
  }
  return out + "'";
}

}  // namespace

Parameters& Parameters::add(std::string_view name, std::string_view text) {
  pairs_.emplace_back(name, escape_field(text));
  return *this;
}

Parameters& Parameters::add_missing(const Parameters& others) {
  for (const auto& pair : others.pairs_) {
    const bool known = std::ranges::any_of(pairs_, [&](const auto& own) { return own.first == pair.first; });
    if (!known) pairs_.push_back(pair);
  }
  return *this;
}

Parameters& Parameters::add_raw(std::string_view name, std::string_view value) {
  pairs_.emplace_back(name, value);
  return *this;
}

Parameters& Parameters::add(std::string_view name, std::int64_t number) {
  pairs_.emplace_back(name, std::to_string(number));
  return *this;
}

Parameters& Parameters::add(std::string_view name, double number) {
  pairs_.emplace_back(name, fmt::format("{}", number));
  return *this;
}

Parameters& Parameters::add(std::string_view name, Timestamp at) {
  std::string text = format_iso8601(at);
  text[10] = ' ';
  text.pop_back();  // "2026-02-06 10:53:30.000"
  pairs_.emplace_back(name, std::move(text));
  return *this;
}

Parameters& Parameters::add(std::string_view name, const std::vector<std::string>& texts) {
  std::string list = "[";
  for (const std::string& text : texts) list += (list.size() > 1 ? "," : "") + quote(text);
  pairs_.emplace_back(name, list + "]");
  return *this;
}

}  // namespace bellwether::events
