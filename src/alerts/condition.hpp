#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "reports/number_format.hpp"
#include "selection/definition_reader.hpp"

/// When an alert fires.
namespace bellwether::alerts {

struct Condition {
  enum class Kind : std::uint8_t {
    kAbove,
    kBelow,
    kIncrease,  ///< by more than the threshold, against the bucket before
    kDecrease,
    kPercentIncrease,  ///< the same, in per cent of the bucket before
    kPercentDecrease,
    kAnomaly,  ///< outside of the band that holds `confidence` of ordinary values
  };
  enum class Direction : std::uint8_t { kAny, kUp, kDown };

  Kind kind = Kind::kAbove;
  double threshold = 0;
  double confidence = 0.95;               ///< only for anomalies
  Direction direction = Direction::kAny;  ///< only for anomalies

  bool compares_with_before() const { return kind >= Kind::kIncrease && kind <= Kind::kPercentDecrease; }
  bool is_anomaly() const { return kind == Kind::kAnomaly; }
};

/// Reads
///
///     {"type": "absolute", "operator": ">", "threshold": 0}
///     {"type": "increase" | "decrease" | "percent_increase" | "percent_decrease", "threshold": 20}
///     {"type": "anomaly", "confidence": 0.95, "direction": "any" | "up" | "down"}
std::expected<Condition, ParseError> parse_condition(std::string_view json);
std::string to_json(const Condition& condition);

/// The words of the wire: "absolute", … and ">" or "<" for what the value is compared by.
std::string_view type_of(const Condition& condition);

/// What a bucket of one series shows.
struct Observation {
  std::optional<double> value;
  std::optional<double> before;  ///< the bucket before it
  bool has_band = false;         ///< enough history was there
  double expected = 0;
  double lower = 0;
  double upper = 0;
};

/// A condition that came true.
struct Finding {
  double value = 0;
  double threshold = 0;  ///< what the value, or its change, was compared with
  /// How far beyond it, measured in the threshold's own scale: to tell the worst of several.
  double excess = 0;
  bool is_up = true;
};

/// Compares the full value, not the shown one.
std::optional<Finding> judge(const Condition& condition, const Observation& observation);

/// "above 0", "decreased by more than 20% (from 1,200 to 700)", "below the expected 900 to 1,100 (95%
/// confidence)".
std::string sentence(const Condition& condition, const Observation& observation, const Finding& finding,
                     const reports::NumberFormat& format);

}  // namespace bellwether::alerts
