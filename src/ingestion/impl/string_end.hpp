#pragma once

#include <cstddef>
#include <string_view>

namespace bellwether::ingestion::impl {

/// Where a JSON string ends whose opening quote is at `at`: behind its closing quote, or at the end of the text.
inline std::size_t string_end(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size()) {
    at = text.find_first_of("\"\\", at);
    if (at == std::string_view::npos) return text.size();
    if (text[at] == '"') return at + 1;
    at += 2;  // whatever is escaped
  }
  return text.size();
}

}  // namespace bellwether::ingestion::impl
