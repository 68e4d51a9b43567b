#pragma once

#include "reports/series.hpp"

namespace bellwether::reports {

struct RetentionCounts {
  std::uint64_t born = 0;
  /// How many came back in the same period, the next, …; no value for a period that has not begun.
  std::vector<std::optional<std::uint64_t>> retained;
};

struct RetentionSegment {
  Segment segment;
  std::vector<RetentionCounts> buckets;
};

struct RetentionTable {
  std::vector<Timestamp> bounds;
  std::vector<RetentionSegment> segments;  ///< those with most births first
  bool truncated = false;
};

Outcome<RetentionTable> run_retention(const Context& context, const Retention& retention,
                                      const std::vector<Timestamp>& bounds);

}  // namespace bellwether::reports
