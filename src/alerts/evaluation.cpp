#include "alerts/evaluation.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "anomalies/detector.hpp"
#include "base/planned_time.hpp"
#include "base/shorten.hpp"

namespace bellwether::alerts {

namespace {

/// A detector's work is for each value of its history, so not for every little segment.
constexpr std::size_t kMaxAnomalySegments = 50;

Millis step_of(calendar::Unit unit) {
  constexpr int kMonth = 30;
  switch (unit) {
    case calendar::Unit::kMinute:
      return std::chrono::minutes(1);
    case calendar::Unit::kHour:
      return std::chrono::hours(1);
    case calendar::Unit::kDay:
      return std::chrono::days(1);
    case calendar::Unit::kWeek:
      return std::chrono::days(7);
    case calendar::Unit::kMonth:
      return std::chrono::days(kMonth);
  }
  return std::chrono::days(1);
}

anomalies::Judgement judge_by_history(const Condition& condition, const reports::SeriesTable& table,
                                      const reports::Series& series, std::size_t bucket, calendar::Unit unit,
                                      const calendar::TimeZone& zone) {
  anomalies::Detector detector(step_of(unit), condition.confidence);
  anomalies::Judgement judgement;
  // A series of events begins with its first one: before it there was nothing to learn from.
  const auto first =
      std::ranges::find_if(series.values, [](const auto& value) { return value && *value != 0; });
  for (auto i = static_cast<std::size_t>(first - series.values.begin()); i <= bucket; ++i) {
    const Timestamp local = table.bounds[i] + zone.offset(table.bounds[i]).ahead;
    judgement = detector.observe(local, series.values[i]);
  }
  return judgement;
}

bool watches(const Watch& watch, const reports::Series& series) {
  if (series.metric != watch.metric) return false;
  return watch.scope != Watch::Scope::kSegment || series.segment == watch.segment;
}

}  // namespace

Observation observe(const Condition& condition, const reports::SeriesTable& table,
                    const reports::Series& series, std::size_t bucket, calendar::Unit unit,
                    const calendar::TimeZone& zone) {
  Observation observation{.value = series.values[bucket]};
  if (bucket > 0) observation.before = series.values[bucket - 1];
  if (!condition.is_anomaly()) return observation;
  const auto judgement = judge_by_history(condition, table, series, bucket, unit, zone);
  observation.has_band = judgement.is_ready;
  observation.expected = judgement.expected;
  observation.lower = judgement.lower;
  observation.upper = judgement.upper;
  return observation;
}

std::optional<Firing> evaluate(const Alert& alert, const reports::SeriesTable& table, Timestamp start,
                               calendar::Unit unit, const calendar::TimeZone& zone) {
  const auto bucket =
      static_cast<std::size_t>(std::ranges::lower_bound(table.bounds, start) - table.bounds.begin());
  std::optional<Firing> worst;
  std::size_t met = 0;
  std::size_t looked_at = 0;
  for (const reports::Series& series : table.series) {
    if (!watches(alert.watch, series)) continue;
    if (alert.condition.is_anomaly() && ++looked_at > kMaxAnomalySegments) break;
    const Observation observation = observe(alert.condition, table, series, bucket, unit, zone);
    const auto finding = judge(alert.condition, observation);
    if (!finding) continue;
    ++met;
    if (worst && worst->finding.excess >= finding->excess) continue;
    worst = Firing{start, table.bounds[bucket + 1], series.segment, 0, observation, *finding, series.format};
  }
  if (worst) worst->others = met - 1;
  return worst;
}

std::string_view to_string(Release release) {
  switch (release) {
    case Release::kHeldByFrequency:
      return "it notified less than its frequency ago";
    case Release::kHeldByWindow:
      return "it is outside of its notification windows";
    default:
      return "";
  }
}

Release release(const Alert& alert, Timestamp now) {
  if (!is_open(alert.windows, calendar::TimeZone::find_or_utc(alert.windows.time_zone), now))
    return Release::kHeldByWindow;
  // A notification that is still to come was sent by a clock that was ahead.
  constexpr Millis kClockSteps = std::chrono::minutes(1);
  const Timestamp notified_at =
      due_time(alert.notified_at, now - alert.frequency, alert.frequency + kClockSteps);
  if (alert.notified_at != Timestamp{} && now < notified_at + alert.frequency)
    return Release::kHeldByFrequency;
  return Release::kNotify;
}

std::string sentence(const Alert& alert, const Firing& firing) {
  std::string text = sentence(alert.condition, firing.observation, firing.finding, firing.format);
  if (alert.watch.scope == Watch::Scope::kOverall) return text;
  text += " in " + shorten(reports::describe(firing.segment), kReadableCharacters);
  if (firing.others > 0)
    text += fmt::format(" and {} other segment{}", firing.others, firing.others == 1 ? "" : "s");
  return text;
}

}  // namespace bellwether::alerts
