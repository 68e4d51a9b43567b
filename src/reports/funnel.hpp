#pragma once

#include "reports/series.hpp"

namespace bellwether::reports {

/// How many people (or attempts) of a segment did each step, of those that began in a bucket.
struct FunnelCounts {
  std::vector<std::uint64_t> counts;  ///< one a step
  std::vector<std::optional<double>>
      median_seconds;  ///< from the first step to each; none when not asked for
  /// The last step's share of the first, in per cent; no value when nobody began.
  std::optional<double> conversion() const;
};

struct FunnelSegment {
  Segment segment;
  std::vector<FunnelCounts> buckets;
};

struct FunnelTable {
  std::vector<Timestamp> bounds;
  std::vector<std::string> steps;
  std::vector<FunnelSegment> segments;  ///< those with most at the first step first
  bool truncated = false;
};

/// Of whom begins in the given buckets. `with_times` also computes how long the steps took.
Outcome<FunnelTable> run_funnel(const Context& context, const Funnel& funnel,
                                const std::vector<Timestamp>& bounds, bool with_times);

inline constexpr std::string_view kConversion = "Conversion";

/// The conversion as a series a segment, in per cent.
SeriesTable to_series(const FunnelTable& table);

}  // namespace bellwether::reports
