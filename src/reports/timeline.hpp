#pragma once

#include <expected>
#include <string>
#include <vector>

#include "reports/definition.hpp"

namespace bellwether::reports {

inline constexpr std::size_t kMaxBuckets = 5000;

/// The bounds of a report's buckets as of `now`: their starts, and at last the end of the last one. The last
/// bucket may still be going on. The error says by how much there are too many, or that there are none.
std::expected<std::vector<Timestamp>, std::string> resolve_bounds(const Frame& frame,
                                                                  const calendar::TimeZone& zone,
                                                                  Timestamp now);

}  // namespace bellwether::reports
