#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace bellwether::anomalies {

/// How rarely a deviation is so large, by the tail of the peaks that it has had before.
///
/// Peaks that lie closely together are one. Above its ninth largest peak a deviation is taken to follow
/// Pareto's law, with the exponent that the larger peaks tell (Hill's estimator) drawn towards a usual one
/// while they are few. So a deviation that has often been large must be far larger to count, and one that
/// never was need not be.
class PeakTail {
 public:
  /// The logarithm of one to the number of such peaks that a past like this has: 0 when one is expected,
  /// above 0 when it is rarer. None while too little is known.
  std::optional<double> rarity(double deviation) const;
  void observe(double deviation);

 private:
  struct Peak {
    double height = 0;
    std::size_t at = 0;
  };
  struct Tail {
    double start = 0;     ///< the height above which it begins
    double exponent = 0;  ///< of Pareto's law, inverted: larger for heavier tails
    double offset = 0;
  };
  void close_peak();
  void fit();

  std::vector<Peak> peaks_;
  std::optional<Peak> open_;
  std::optional<Tail> tail_;
  std::size_t now_ = 0;
};

}  // namespace bellwether::anomalies
