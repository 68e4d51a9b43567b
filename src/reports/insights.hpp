#pragma once

#include "reports/series.hpp"

namespace bellwether::reports {

/// All metrics and formulas over the given buckets, in one query. `bounds` has two or more.
Outcome<SeriesTable> run_insights(const Context& context, const Insights& insights,
                                  const std::vector<Timestamp>& bounds);

/// As it asks for itself.
Outcome<SeriesTable> run_insights(const Context& context, const Insights& insights);

}  // namespace bellwether::reports
