#pragma once

#include <optional>
#include <vector>

#include "anomalies/season.hpp"

namespace bellwether::anomalies {

/// A slowly following mean of |x| that one huge value hardly moves.
class RobustScale {
 public:
  explicit RobustScale(double weight) : weight_(weight) {}
  void observe(double deviation);
  double value() const { return value_; }
  bool settled() const { return count_ >= kSettled; }

 private:
  static constexpr std::size_t kSettled = 20;
  const double weight_;
  double value_ = 0;
  std::size_t count_ = 0;
};

/// One slot's value for each place in a cycle, and how far the series lies above all of them now.
class Profile {
 public:
  explicit Profile(std::size_t slots) : values_(slots) {}
  std::optional<double> predict(std::size_t slot) const;
  void observe(std::size_t slot, double value);

 private:
  std::vector<std::optional<double>> values_;
  double offset_ = 0;
};

/// Forecasts the next value of a series from those before it.
///
/// Several simple forecasts (the last value, two means that follow at different speeds, the profile of the
/// day and of the week) are weighed by how likely each made the recent values, with the past forgotten slowly
/// (dynamic model averaging): a series with a weekly pattern is soon forecast by it, one without by its
/// level, and after a level shift the fast ones take over until the slow ones have followed. Trends are
/// followed by the offsets.
///
/// A value that lies far off is believed when the next one lies there too; until then it counts as less far.
class Forecaster {
 public:
  explicit Forecaster(const Season& season);

  /// No value before the first observation.
  std::optional<double> forecast(Timestamp at) const;
  void observe(Timestamp at, double value);

 private:
  struct Expert {
    RobustScale scale{kScaleWeight};
    double likelihood = 0;  ///< its logarithm, of the recent past
  };
  static constexpr double kScaleWeight = 0.01;

  std::vector<std::optional<double>> predictions(Timestamp at) const;
  double believed(Timestamp at, double value);
  void weigh(Expert& expert, const std::optional<double>& prediction, double value) const;

  Season season_;
  std::vector<std::optional<double>> levels_;
  Profile day_;
  Profile week_;
  std::vector<Expert> experts_;
  RobustScale scale_{kScaleWeight};
  int far_side_ = 0;  ///< of the value before: 1 far above, -1 far below, 0 near
};

}  // namespace bellwether::anomalies
