#include "base/markup.hpp"

#include <fmt/format.h>

namespace bellwether::markup_detail {

std::string piece(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_control = (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
        out += is_control ? ' ' : c;
      }
    }
  }
  return out;
}

std::string piece(double number) {
  std::string text = fmt::format("{:.2f}", number);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string fill(std::string_view pattern, std::span<const std::string> pieces) {
  std::string out;
  for (const std::string& piece : pieces) {
    const std::size_t at = pattern.find("{}");
    out += pattern.substr(0, at);
    out += piece;
    pattern.remove_prefix(at + 2);
  }
  out += pattern;
  return out;
}

}  // namespace bellwether::markup_detail
