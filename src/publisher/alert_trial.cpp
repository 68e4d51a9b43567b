#include "publisher/alert_trial.hpp"

#include <algorithm>

#include "alerts/plan.hpp"

namespace bellwether::publisher {

namespace {

using alerts::Watch;

const reports::Series* first_watched(const Watch& watch, const reports::SeriesTable& table) {
  const auto found = std::ranges::find_if(table.series, [&](const reports::Series& series) {
    return series.metric == watch.metric &&
           (watch.scope != Watch::Scope::kSegment || series.segment == watch.segment);
  });
  return found == table.series.end() ? nullptr : &*found;
}

}  // namespace

reports::Outcome<std::vector<TrialBucket>> try_alert(const reports::Context& context,
                                                     const alerts::Alert& alert,
                                                     const reports::Definition& report,
                                                     const alerts::EvaluationOptions& options,
                                                     std::size_t buckets) {
  const calendar::Unit unit = report.frame().unit;
  const Timestamp end =
      calendar::bucket_start(unit, context.now - alerts::settles_after(report, options), context.zone);
  const Timestamp first = calendar::earlier_bucket(unit, end, buckets, context.zone);
  const std::size_t before = alert.condition.is_anomaly() ? alerts::history_of(unit) : 1;
  const Timestamp from = calendar::earlier_bucket(unit, first, before, context.zone);
  const auto table =
      reports::run_series(context, report, calendar::bucket_bounds(unit, from, end, context.zone));
  if (!table) return std::unexpected(table.error());
  std::vector<TrialBucket> tried;
  const reports::Series* series = first_watched(alert.watch, *table);
  for (std::size_t i = 0; i + 1 < table->bounds.size(); ++i) {
    const Timestamp start = table->bounds[i];
    if (start < first) continue;
    TrialBucket bucket{.start = start, .firing = alerts::evaluate(alert, *table, start, unit, context.zone)};
    if (bucket.firing) {
      bucket.observation = bucket.firing->observation;
      bucket.segment = bucket.firing->segment;
    } else if (series != nullptr) {
      bucket.observation = alerts::observe(alert.condition, *table, *series, i, unit, context.zone);
      bucket.segment = series->segment;
    }
    tried.push_back(std::move(bucket));
  }
  return tried;
}

reports::NumberFormat format_of(const reports::Definition& report, const std::string& metric) {
  const auto* insights = std::get_if<reports::Insights>(&report.report);
  if (insights == nullptr) return {reports::NumberFormat::Kind::kPercent};
  for (const auto& one : insights->metrics) {
    if (one.name == metric) return one.format;
  }
  for (const auto& one : insights->formulas) {
    if (one.name == metric) return one.format;
  }
  return {};
}

alerts::Firing pretend(const alerts::Alert& alert, const TrialBucket& bucket, Timestamp end,
                       const reports::NumberFormat& format) {
  if (bucket.firing) return *bucket.firing;
  const double value = bucket.observation.value.value_or(0);
  using Kind = alerts::Condition::Kind;
  const Kind kind = alert.condition.kind;
  const bool is_up = kind == Kind::kAbove || kind == Kind::kIncrease || kind == Kind::kPercentIncrease ||
                     (kind == Kind::kAnomaly && value >= bucket.observation.expected);
  const double threshold = !alert.condition.is_anomaly() ? alert.condition.threshold
                           : is_up                       ? bucket.observation.upper
                                                         : bucket.observation.lower;
  return {.bucket = bucket.start,
          .bucket_end = end,
          .segment = bucket.segment,
          .observation = bucket.observation,
          .finding = {value, threshold, 0, is_up},
          .format = format};
}

}  // namespace bellwether::publisher
