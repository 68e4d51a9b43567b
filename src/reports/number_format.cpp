#include "reports/number_format.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace bellwether::reports {

namespace {

constexpr std::string_view kCurrencyPrefix = "currency:";
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kSigns{
    {{"USD", "$"}, {"EUR", "€"}, {"GBP", "£"}, {"JPY", "¥"}, {"INR", "₹"}, {"KRW", "₩"}}};
/// Beyond it decimals and digits say nothing.
constexpr double kLargest = 1e15;

std::string with_sign(std::string_view before, double value) {
  const std::string number = format_number(std::abs(value));
  return fmt::format("{}{}{}", value < 0 && number != "0" ? "-" : "", before, number);
}

std::string format_duration(double seconds) {
  if (seconds < 0) return "-" + format_duration(-seconds);
  if (seconds < 60) return format_number(seconds) + "s";
  constexpr std::array<std::pair<std::int64_t, char>, 4> kParts{
      {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}}};
  auto rest = static_cast<std::int64_t>(std::llround(std::min(seconds, kLargest)));
  std::string text;
  for (const auto& [size, letter] : kParts) {
    if (rest >= size) text += fmt::format("{}{}{}", text.empty() ? "" : " ", rest / size, letter);
    rest %= size;
  }
  return text;
}

}  // namespace

std::optional<NumberFormat> parse_number_format(std::string_view text) {
  using Kind = NumberFormat::Kind;
  if (text == "number") return NumberFormat{};
  if (text == "percent") return NumberFormat{Kind::kPercent};
  if (text == "duration") return NumberFormat{Kind::kDuration};
  if (!text.starts_with(kCurrencyPrefix)) return std::nullopt;
  text.remove_prefix(kCurrencyPrefix.size());
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (text.size() != 3 || !std::ranges::all_of(text, is_capital)) return std::nullopt;
  return NumberFormat{Kind::kCurrency, std::string(text)};
}

std::string to_string(const NumberFormat& format) {
  switch (format.kind) {
    case NumberFormat::Kind::kPercent:
      return "percent";
    case NumberFormat::Kind::kDuration:
      return "duration";
    case NumberFormat::Kind::kCurrency:
      return std::string(kCurrencyPrefix) + format.currency;
    default:
      return "number";
  }
}

std::string format_number(double value) {
  if (!std::isfinite(value)) return value != value ? "not a number" : value < 0 ? "-infinity" : "infinity";
  if (std::abs(value) >= kLargest) return fmt::format("{:.3g}", value);
  const auto hundredths = std::llround(std::abs(value) * 100);
  std::string text = std::to_string(hundredths / 100);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  const auto decimals = hundredths % 100;
  if (decimals != 0)
    text += decimals % 10 == 0 ? fmt::format(".{}", decimals / 10) : fmt::format(".{:02}", decimals);
  return value < 0 && hundredths != 0 ? "-" + text : text;
}

std::string format_value(double value, const NumberFormat& format) {
  switch (format.kind) {
    case NumberFormat::Kind::kPercent:
      return format_number(value) + "%";
    case NumberFormat::Kind::kDuration:
      return format_duration(value);
    case NumberFormat::Kind::kCurrency: {
      const auto* sign = std::ranges::find(kSigns, std::string_view(format.currency),
                                           [](const auto& pair) { return pair.first; });
      return sign == kSigns.end() ? with_sign(format.currency + " ", value) : with_sign(sign->second, value);
    }
    default:
      return format_number(value);
  }
}

}  // namespace bellwether::reports
