#include "base/encoding.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "base/shorten.hpp"
#include "base/utf8.hpp"

namespace bellwether {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr unsigned char kNoDigit = 0xff;

/// The value of each byte as a digit of base64.
constexpr auto kBase64Values = [] {
  std::array<unsigned char, 256> values{};
  values.fill(kNoDigit);
  for (std::size_t i = 0; i < kBase64.size(); ++i)
    values[static_cast<unsigned char>(kBase64[i])] = static_cast<unsigned char>(i);
  return values;
}();

std::optional<unsigned> hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return static_cast<unsigned>(digit - '0');
  if (digit >= 'a' && digit <= 'f') return static_cast<unsigned>(digit - 'a') + 10U;
  if (digit >= 'A' && digit <= 'F') return static_cast<unsigned>(digit - 'A') + 10U;
  return std::nullopt;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const auto byte = [&](std::size_t k) {
      return k < left ? static_cast<unsigned>(static_cast<unsigned char>(bytes[i + k])) : 0U;
    };
    const unsigned group = byte(0) << 16U | byte(1) << 8U | byte(2);
    out += kBase64[group >> 18U & 63U];
    out += kBase64[group >> 12U & 63U];
    out += left > 1 ? kBase64[group >> 6U & 63U] : '=';
    out += left > 2 ? kBase64[group & 63U] : '=';
  }
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && !text.empty() && text.back() == '=') {
    text.remove_suffix(1);
    ++padding;
  }
  std::string out;
  out.resize(text.size() * 3 / 4);
  std::size_t size = 0;
  unsigned group = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const unsigned char digit = kBase64Values[static_cast<unsigned char>(c)];
    if (digit == kNoDigit) return std::nullopt;
    group = group << 6U | digit;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out[size++] = static_cast<char>(group >> bits & 0xffU);
  }
  const bool leftover_is_zero = (group & ((1U << bits) - 1U)) == 0;
  if (!leftover_is_zero) return std::nullopt;
  return out;
}

std::optional<std::string> from_percent_encoding(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.resize(text.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus_is_blank) {
      c = ' ';
    } else if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const auto high = hex_value(text[i + 1]);
      const auto low = hex_value(text[i + 2]);
      if (!high || !low) return std::nullopt;
      c = static_cast<char>(*high << 4U | *low);
      i += 2;
    }
    out[size++] = c;
  }
  out.resize(size);
  return out;
}

std::string to_percent_encoding(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHexDigits[byte >> 4U];
      out += kHexDigits[byte & 0xfU];
    }
  }
  return out;
}

std::string for_message(std::string_view text, std::size_t most) {
  std::string out = is_utf8(text) ? std::string(text) : to_percent_encoding(text);
  if (out.size() <= most) return out;
  return std::string(cut_to_bytes(out, most)) + "…";
}

std::string replace_lone_surrogates(std::string_view json) {
  constexpr std::size_t kEscape = 6;  // \u0000
  constexpr std::string_view kReplacement = "\\ufffd";
  const auto unit_at = [json](std::size_t at) -> unsigned {
    unsigned unit = 0;
    if (json.size() < at + kEscape || json.substr(at, 2) != "\\u") return 0;
    const auto [end, error] = std::from_chars(json.data() + at + 2, json.data() + at + kEscape, unit, 16);
    return error == std::errc() && end == json.data() + at + kEscape ? unit : 0;
  };
  std::string out;
  out.reserve(json.size());
  for (std::size_t i = 0; i < json.size();) {
    const unsigned unit = json[i] == '\\' ? unit_at(i) : 0;
    std::size_t taken = json[i] == '\\' ? 2 : 1;
    if (unit != 0) taken = kEscape;
    if (is_leading_surrogate(unit) && is_trailing_surrogate(unit_at(i + kEscape))) taken = 2 * kEscape;
    const bool is_lone = (is_leading_surrogate(unit) && taken == kEscape) || is_trailing_surrogate(unit);
    out.append(is_lone ? kReplacement : json.substr(i, taken));
    i += taken;
  }
  return out;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

bool begins_formula(std::string_view text) {
  constexpr std::string_view kBeginnings = "=+-@\t\r";
  if (text.empty() || !kBeginnings.contains(text.front())) return false;
  const std::string_view unsigned_text = text.front() == '+' ? text.substr(1) : text;
  return unsigned_text.starts_with('+') || !parse_number(unsigned_text);
}

void append_csv_text(std::string& out, std::string_view text) {
  append_csv_field(out, begins_formula(text) ? "'" + std::string(text) : std::string(text));
}

void append_csv_field(std::string& out, std::string_view text) {
  if (text.find_first_of("\",\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace bellwether
