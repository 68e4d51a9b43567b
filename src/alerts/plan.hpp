#pragma once

#include <vector>

#include "calendar/calendar.hpp"
#include "reports/definition.hpp"

namespace bellwether::alerts {

/// How alerts are evaluated.
struct EvaluationOptions {
  Millis grace = std::chrono::minutes(5);  ///< behind a bucket's end, for events that come late
  std::size_t catch_up = 50;  ///< buckets at most that are judged behind time, after the process was down
};

/// How long behind its end a report's bucket is complete: a funnel's attempts go on for its window.
Millis settles_after(const reports::Definition& report, const EvaluationOptions& options);

struct Due {
  std::vector<Timestamp> starts;  ///< of the buckets to judge, the oldest first
  std::size_t skipped = 0;        ///< older ones that are not judged any more
  Timestamp until;                ///< the end of the last one
  Timestamp next_at;              ///< when the bucket after those is complete
};

/// The buckets that are complete and were not judged yet. A `judged_until` after `now` comes from a clock
/// that was ahead; only the newest complete bucket is due then.
Due due_buckets(calendar::Unit unit, const calendar::TimeZone& zone, Timestamp judged_until, Timestamp now,
                Millis settles_after, std::size_t most);

/// How many buckets before the one that is judged a band needs.
std::size_t history_of(calendar::Unit unit);

}  // namespace bellwether::alerts
