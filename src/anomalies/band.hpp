#pragma once

#include <optional>
#include <vector>

#include "anomalies/forecaster.hpp"

namespace bellwether::anomalies {

/// How far from the forecast values lie, as a band that holds the wanted share of them.
///
/// The width is `scale * quantile`. The scale is a robust mean of the deviations, of those at the same time
/// of day as far as there are enough. The quantile begins near the normal distribution's and is moved after
/// each value: up when the value lay outside, a little down when inside, so that in the long run exactly the
/// wanted share lies inside, however the deviations are distributed (the online quantile tracking of
/// conformal prediction). An outlier moves it by one step only, whatever its size.
class Band {
 public:
  /// `confidence` from 0.8 to 0.999.
  Band(const Season& season, double confidence);

  double half_width(Timestamp at) const;
  void observe(Timestamp at, double deviation);

 private:
  double scale(Timestamp at) const;

  Season season_;
  const double outside_;  ///< the wanted share
  const double step_;
  double quantile_;
  RobustScale all_;
  std::vector<RobustScale> by_slot_;
  std::vector<std::size_t> counts_;
  std::size_t count_ = 0;
};

/// Of the standard normal distribution; `share` between 0 and 1.
double normal_quantile(double share);

}  // namespace bellwether::anomalies
