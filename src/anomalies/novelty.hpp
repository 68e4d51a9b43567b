#pragma once

#include <deque>
#include <utility>
#include <vector>

#include "anomalies/nearest.hpp"
#include "anomalies/peak_tail.hpp"

namespace bellwether::anomalies {

/// How unlike everything before it a value is, whatever the series' distribution. A band says whether a value
/// is unlikely; this says whether it is an event.
///
/// Several distances to the most similar stretches of the past are followed (NearestNeighbours), each is
/// compared with the tail of its own past (PeakTail), and what they say together is the score. An event is
/// new only once: what follows within 120 values must stand out from it.
class Novelty {
 public:
  explicit Novelty(const Season& season);

  /// From 0 to 1; 0.5 and more is worth a look. 0 for the first hundred values.
  double observe(Timestamp at, double value);

 private:
  double spread() const;
  double strangeness(Timestamp at, double value);
  double once(double strangeness);

  NearestNeighbours nearest_;
  std::vector<PeakTail> tails_;
  std::vector<double> sorted_;  ///< the values so far, for their spread
  std::size_t count_ = 0;
  std::deque<std::pair<std::size_t, double>> recent_;  ///< falling ones of the last values
};

}  // namespace bellwether::anomalies
