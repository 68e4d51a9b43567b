#pragma once

#include <optional>

#include "anomalies/band.hpp"
#include "anomalies/forecaster.hpp"

/// Tells what is unusual in a series of evenly spaced values, each judged by the past alone.
///
///     Detector detector(std::chrono::hours(1), 0.99);
///     for (const auto& [at, value] : series) if (detector.observe(at, value).is_outside()) …
///
/// See docs/anomalies.md for how it does on labelled series.
namespace bellwether::anomalies {

inline constexpr double kLeastConfidence = 0.8;
inline constexpr double kMaxConfidence = 0.999;

struct Judgement {
  /// False while there is too little history (two weeks of days, three days of hours, …): nothing is claimed
  /// then.
  bool is_ready = false;
  std::optional<double> value;  ///< none when the bucket is missing
  double expected = 0;
  double lower = 0;
  double upper = 0;

  bool is_above() const { return is_ready && value && *value > upper; }
  bool is_below() const { return is_ready && value && *value < lower; }
  bool is_outside() const { return is_above() || is_below(); }
};

class Detector {
 public:
  /// `step` is the time between two values; `confidence` is kept within its bounds.
  Detector(Millis step, double confidence);

  /// The next value; missing ones may also be left out.
  Judgement observe(Timestamp at, std::optional<double> value);

  /// How many values must have been seen before something is claimed.
  std::size_t needed() const { return needed_; }

 private:
  Forecaster forecaster_;
  Band band_;
  std::size_t needed_;
  std::size_t seen_ = 0;
};

}  // namespace bellwether::anomalies
