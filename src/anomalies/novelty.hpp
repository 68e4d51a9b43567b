#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "anomalies/forecaster.hpp"

namespace bellwether::anomalies {

/// The largest of what has been seen of one kind of deviation, as separate events: what follows a peak
/// closely belongs to it.
class PeakMemory {
 public:
  /// How many times the second largest peak so far: 1 and more is a record of a kind. Less while few peaks
  /// are known.
  double compare(double value) const;
  void observe(double value);

 private:
  struct Peak {
    double height = 0;
    std::size_t at = 0;
  };
  double second_largest() const;

  std::vector<Peak> peaks_;
  std::optional<Peak> open_;
  std::size_t now_ = 0;
  std::size_t ended_ = 0;  ///< how many peaks there were in all
};

/// The range of what has been seen at each time of the day (or, for daily series, each day of the week).
class Envelope {
 public:
  explicit Envelope(const Season& season);
  /// How far outside the range, signed; 0 inside it or while too little is known.
  double outside(Timestamp at, double value) const;
  void observe(Timestamp at, double value);

 private:
  std::size_t context(Timestamp at) const;

  Season season_;
  std::size_t per_context_;
  std::vector<std::deque<double>> values_;
};

/// The mean of the last values.
class MovingMean {
 public:
  explicit MovingMean(std::size_t size) : size_(size) {}
  std::optional<double> observe(double value);

 private:
  const std::size_t size_;
  std::deque<double> values_;
  double sum_ = 0;
};

/// How unlike everything before a value is, whatever the series' distribution: a band says whether a value is
/// unlikely, this says whether it is an event.
///
/// Four deviations are followed: from the seasonal forecast, at once and over 16 values, and the change since
/// the value before, as far as it is outside of what was usual at that time of day, at once and over 4
/// values. Each is compared with the second largest peak of its own past, so that what comes again and again
/// is never new, and the number of false alarms grows with the logarithm of time. The largest of the four
/// counts, and an event is new only once: what follows within 120 values must stand out from it.
class Novelty {
 public:
  explicit Novelty(const Season& season);

  /// From 0 to 1; 0.5 and more is worth a look. `forecast` is the one that was made for this value.
  double observe(Timestamp at, double value, const std::optional<Forecast>& forecast);

 private:
  double largest_ratio(Timestamp at, double value, const std::optional<Forecast>& forecast);
  double spread() const;
  double once(double ratio);

  Envelope envelope_;
  RobustScale seasonal_scale_;
  MovingMean seasonal_mean_;
  MovingMean change_mean_;
  PeakMemory seasonal_peaks_;
  PeakMemory seasonal_mean_peaks_;
  PeakMemory change_peaks_;
  PeakMemory change_mean_peaks_;
  std::optional<double> last_;
  std::vector<double> sorted_;  ///< all values so far
  std::size_t count_ = 0;
  std::deque<std::pair<std::size_t, double>> recent_;  ///< falling ratios of the last values
};

}  // namespace bellwether::anomalies
