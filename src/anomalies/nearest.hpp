#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "anomalies/season.hpp"

namespace bellwether::anomalies {

/// How far the last values lie from the most similar ones before them: the question of nearest neighbours
/// (discords, matrix profiles), asked online.
///
/// The last m values are compared with every m values before them that do not overlap, by the largest
/// difference (Chebyshev's distance). A stretch that looks like an earlier one, whatever it looks like, is
/// near; nothing is assumed about the series' distribution. Comparing at the same time of day asks whether
/// the stretch was ever seen *then*.
class NearestNeighbours {
 public:
  explicit NearestNeighbours(const Season& season);

  /// Takes the next value. Distances in the values' own unit, one for each length, negative where too little
  /// is known: first those to stretches at any time, then those to stretches at this time of day.
  const std::vector<double>& observe(Timestamp at, double value);

  static std::size_t count();

 private:
  void compare_with_all();
  void compare_with_time_of_day(Timestamp at);
  double difference(std::size_t end, std::size_t back) const;
  std::size_t slot(Timestamp at) const;

  Season season_;
  std::size_t slots_;
  std::size_t reach_;  ///< so many slots before and after count as the same time of day
  std::vector<double> values_;
  std::vector<std::deque<std::size_t>> by_slot_;  ///< where the values of each slot are, latest first
  std::vector<double> distances_;
};

}  // namespace bellwether::anomalies
