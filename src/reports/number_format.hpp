#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bellwether::reports {

/// How a metric's values are shown.
struct NumberFormat {
  enum class Kind : std::uint8_t {
    kNumber,
    kPercent,   ///< the value is in per cent already
    kCurrency,  ///< `currency`'s sign, or its code when it has none
    kDuration,  ///< the value is in seconds
  };
  Kind kind = Kind::kNumber;
  std::string currency = {};  ///< ISO 4217: "EUR"
};

/// "number", "percent", "duration" or "currency:EUR".
std::optional<NumberFormat> parse_number_format(std::string_view text);
std::string to_string(const NumberFormat& format);

/// Thousands separated, at most two decimals, none that are zero at the end: "20,000", "-1,234.5".
std::string format_number(double value);
/// As the metric's format says: "12.5%", "€1,200", "1h 2m 5s".
std::string format_value(double value, const NumberFormat& format);

}  // namespace bellwether::reports
