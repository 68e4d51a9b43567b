#include "alerts/plan.hpp"

#include <algorithm>

namespace bellwether::alerts {

using calendar::Unit;

Millis settles_after(const reports::Definition& report, const EvaluationOptions& options) {
  const auto* funnel = std::get_if<reports::Funnel>(&report.report);
  return options.grace + (funnel == nullptr ? Millis(0) : funnel->window);
}

Due due_buckets(Unit unit, const calendar::TimeZone& zone, Timestamp judged_until, Timestamp now,
                Millis settles_after, std::size_t most) {
  Due due{.until = judged_until};
  // From the newest backwards, so that a long pause costs no more than the bound.
  Timestamp end = calendar::bucket_start(unit, now - settles_after, zone);
  due.next_at = calendar::next_bucket(unit, end, zone) + settles_after;
  // Nothing that is still to come has been judged, unless by a clock that was ahead: go on with the newest.
  if (judged_until > now) judged_until = calendar::earlier_bucket(unit, end, 1, zone);
  if (end <= judged_until) return due;
  due.until = end;
  while (end > judged_until && due.starts.size() < most) {
    end = calendar::earlier_bucket(unit, end, 1, zone);
    due.starts.push_back(end);
  }
  std::ranges::reverse(due.starts);
  if (end > judged_until) due.skipped = calendar::bucket_bounds(unit, judged_until, end, zone).size() - 1;
  return due;
}

std::size_t history_of(Unit unit) {
  switch (unit) {
    case Unit::kMinute:
      return std::size_t{3} * 24 * 60;
    case Unit::kHour:
      return std::size_t{42} * 24;
    case Unit::kDay:
      return 120;
    case Unit::kWeek:
      return 104;
    case Unit::kMonth:
      return 36;
  }
  return 0;
}

}  // namespace bellwether::alerts
