#include "ingestion/record_splitter.hpp"

#include "base/encoding.hpp"
#include "ingestion/impl/string_end.hpp"

namespace bellwether::ingestion {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

void skip_blanks(std::string_view text, std::size_t& at) {
  at = std::min(text.find_first_not_of(kBlanks, at), text.size());
}

/// Where the element that begins at `at` ends: before the comma or bracket that follows it on its own level.
std::size_t end_of_element(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (true) {
    at = text.find_first_of("\"[]{},", at);
    if (at == std::string_view::npos) return text.size();
    switch (text[at]) {
      case '"':
        at = impl::string_end(text, at);
        continue;
      case '[':
      case '{':
        ++depth;
        break;
      case ',':
        if (depth == 0) return at;
        break;
      default:
        if (depth == 0) return at;
        --depth;
    }
    ++at;
  }
}

void split_lines(std::string_view text, const std::function<bool(std::string_view)>& take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && !take(line)) return;
  }
}

std::expected<void, std::string> split_array(std::string_view text,
                                             const std::function<bool(std::string_view)>& take) {
  std::size_t at = 1;
  skip_blanks(text, at);
  if (at + 1 == text.size() && text[at] == ']') return {};
  while (at < text.size()) {
    const std::size_t end = end_of_element(text, at);
    const std::string_view record = trim(text.substr(at, end - at));
    if (record.empty()) return std::unexpected("an element of the array is missing");
    if (end == text.size() || text[end] == '}') break;
    if (!take(record)) return {};
    if (text[end] == ']') {
      if (end + 1 == text.size()) return {};
      return std::unexpected("something follows the end of the array");
    }
    at = end + 1;
    skip_blanks(text, at);
  }
  return std::unexpected("the array has no end");
}

bool is_whole_array(std::string_view line) {
  for (std::size_t at = 1; at < line.size(); ++at) {
    at = end_of_element(line, at);
    if (at == line.size() || line[at] != ',') return at + 1 == line.size() && line[at] == ']';
  }
  return false;
}

/// Whether a body holds a record a line, whatever each line is. One array or object may be written over many lines too:
/// an array is not at its end with the first line, and an object goes on with a name or ends.
bool is_lines(std::string_view text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return false;
  const std::string_view first = trim(text.substr(0, end));
  const std::string_view rest = trim(text.substr(end));
  if (first.starts_with('[')) return is_whole_array(first);
  const bool goes_on = rest.starts_with('"') || rest.starts_with('}');
  return !first.starts_with('{') || first.ends_with('}') || !goes_on;
}

}  // namespace

std::expected<void, std::string> split_records(std::string_view body,
                                               const std::function<bool(std::string_view)>& take) {
  const std::string_view text = trim(body);
  if (text.empty()) return std::unexpected("the body is empty");
  if (is_lines(text)) {
    split_lines(text, take);
  } else if (text[0] == '[') {
    return split_array(text, take);
  } else {
    take(text);
  }
  return {};
}

}  // namespace bellwether::ingestion
