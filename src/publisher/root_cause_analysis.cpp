#include "publisher/root_cause_analysis.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "publisher/alert_trial.hpp"
#include "publisher/sql.hpp"

namespace bellwether::publisher {

namespace {

using alerts::Watch;
using calendar::Unit;
using reports::Measure;

constexpr int kLikeWeeks = 8;

/// Which of the events' values a label stands for: the label of 7 and of "7" is the same.
selection::Filter filter_of(const std::string& property, const std::optional<std::string>& label) {
  using Test = selection::Filter::Test;
  if (!label) return {.property = property, .test = Test::kSet, .negated = true};
  selection::Filter filter{.property = property, .test = Test::kIs, .values = {*label}};
  if (const auto number = parse_number(*label)) filter.values.emplace_back(*number);
  if (*label == "true" || *label == "false") filter.values.emplace_back(*label == "true");
  return filter;
}

/// The report with only what the alert watches: without its breakdown, narrowed to the segment.
reports::Definition narrowed(const reports::Definition& report, const Watch& watch) {
  reports::Definition narrow = report;
  const std::vector<std::string> properties = report.frame().breakdown.properties;
  std::vector<selection::Filter> filters;
  if (watch.scope == Watch::Scope::kSegment) {
    for (std::size_t i = 0; i < properties.size() && i < watch.segment.size(); ++i)
      filters.push_back(filter_of(properties[i], watch.segment[i]));
  }
  const auto narrow_to = [&](selection::EventSelection& selection) {
    selection.where.insert(selection.where.end(), filters.begin(), filters.end());
  };
  if (auto* insights = std::get_if<reports::Insights>(&narrow.report)) {
    insights->frame.breakdown = {};
    for (auto& metric : insights->metrics) narrow_to(metric.selection);
  }
  if (auto* funnel = std::get_if<reports::Funnel>(&narrow.report)) {
    funnel->frame.breakdown = {};
    narrow_to(funnel->steps.front().selection);
  }
  return narrow;
}

std::vector<std::string> events_of(const reports::Definition& report) {
  std::vector<std::string> names;
  if (const auto* insights = std::get_if<reports::Insights>(&report.report)) {
    for (const auto& metric : insights->metrics) names.push_back(metric.selection.event);
  }
  if (const auto* funnel = std::get_if<reports::Funnel>(&report.report))
    names.push_back(funnel->steps.front().selection.event);
  return names;
}

/// A dot within a name is kept as %2E.
std::string unescape(std::string_view path) {
  constexpr std::string_view kDot = "%2E";
  std::string name;
  while (!path.empty()) {
    const bool dot = path.starts_with(kDot);
    name += dot ? '.' : path.front();
    path.remove_prefix(dot ? kDot.size() : 1);
  }
  return name;
}

/// The properties that the events have; those inside of others are theirs.
reports::Outcome<std::vector<std::string>> properties_of(const reports::Context& context,
                                                         const reports::Definition& report, Timestamp from,
                                                         Timestamp to, std::size_t most) {
  const auto rows = context.engine.run(sql::kListProperties,
                                       events::Parameters()
                                           .add("project", context.project_id)
                                           .add("names", events_of(report))
                                           .add("from", from)
                                           .add("to", to),
                                       "TSVRaw", {.timeout = context.within});
  if (!rows) return std::unexpected(reports::ReportError{false, rows.error(), rows.error().message});
  std::vector<std::string> properties;
  std::string_view rest = *rows;
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos && properties.size() < most;
       end = rest.find('\n')) {
    const std::string_view path = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (path.contains('.')) continue;
    properties.push_back(unescape(path));
  }
  return properties;
}

/// By what a rate's segments are weighed; no value for what segments simply add up to.
std::optional<Measure> weight_of(Measure measure) {
  switch (measure) {
    case Measure::kTotalPerUser:
    case Measure::kSumPerUser:
      return Measure::kUnique;
    case Measure::kAverage:
    case Measure::kMedian:
    case Measure::kP90:
    case Measure::kP95:
    case Measure::kP99:
    case Measure::kMin:
    case Measure::kMax:
      return Measure::kTotal;
    default:
      return std::nullopt;
  }
}

/// An insights report of the watched metric and of its weight, whose names are these.
struct Weighed {
  reports::Insights insights;
  std::string metric;
  std::optional<std::string> weight;
};

Weighed weigh(const reports::Insights& insights, const std::string& metric) {
  Weighed weighed{insights, metric, std::nullopt};
  weighed.insights.rolling = 1;
  for (const auto& formula : insights.formulas) {
    if (formula.name != metric) continue;
    if (const auto divisor = formula.formula.divisor()) weighed.weight = insights.metrics[*divisor].name;
    return weighed;
  }
  const auto found = std::ranges::find(insights.metrics, metric, &reports::Metric::name);
  reports::Metric weight = *found;
  weighed.insights.metrics = {*found};
  weighed.insights.formulas.clear();
  const auto measure = weight_of(weight.measure);
  if (!measure) return weighed;
  weight.name += " (weight)";
  weight.measure = *measure;
  weight.property.clear();
  weighed.weight = weight.name;
  weighed.insights.metrics.push_back(std::move(weight));
  return weighed;
}

double or_zero(const std::optional<double>& value) {
  return value.value_or(0);
}

std::vector<alerts::SegmentCourse> read_insights(const reports::SeriesTable& table, const Weighed& weighed) {
  std::vector<alerts::SegmentCourse> courses;
  for (const reports::Series& series : table.series) {
    if (series.metric != weighed.metric) continue;
    alerts::SegmentCourse course{series.segment[0], {}, {}};
    std::ranges::transform(series.values, std::back_inserter(course.values), or_zero);
    if (weighed.weight) {
      const auto weight = std::ranges::find_if(table.series, [&](const reports::Series& other) {
        return other.metric == *weighed.weight && other.segment == series.segment;
      });
      std::ranges::transform(weight->values, std::back_inserter(course.weights), or_zero);
    }
    courses.push_back(std::move(course));
  }
  return courses;
}

std::vector<alerts::SegmentCourse> read_funnel(const reports::FunnelTable& table) {
  std::vector<alerts::SegmentCourse> courses;
  for (const reports::FunnelSegment& segment : table.segments) {
    alerts::SegmentCourse course{segment.segment[0], {}, {}};
    for (const reports::FunnelCounts& counts : segment.buckets) {
      course.values.push_back(counts.conversion().value_or(0));
      course.weights.push_back(static_cast<double>(counts.counts.front()));
    }
    courses.push_back(std::move(course));
  }
  return courses;
}

struct Split {
  std::vector<alerts::SegmentCourse> courses;
  bool truncated = false;
};

reports::Outcome<Split> split_by(const reports::Context& context, const reports::Definition& report,
                                 const std::string& metric, const std::string& property,
                                 const std::vector<Timestamp>& bounds) {
  if (const auto* funnel = std::get_if<reports::Funnel>(&report.report)) {
    reports::Funnel broken_down = *funnel;
    broken_down.frame.breakdown.properties = {property};
    const auto table = TRY(reports::run_funnel(context, broken_down, bounds, false));
    return Split{read_funnel(table), table.truncated};
  }
  Weighed weighed = weigh(std::get<reports::Insights>(report.report), metric);
  weighed.insights.frame.breakdown.properties = {property};
  const auto table = TRY(reports::run_insights(context, weighed.insights, bounds));
  return Split{read_insights(table, weighed), table.truncated};
}

/// The starts of the same hour and weekday in earlier weeks, by the local clock, the latest last.
std::vector<Timestamp> like_times(Unit unit, Timestamp bucket, const calendar::TimeZone& zone) {
  std::vector<Timestamp> starts;
  if (unit != Unit::kHour && unit != Unit::kDay) return starts;
  const calendar::LocalTime local = zone.local(bucket);
  for (int week = kLikeWeeks; week > 0; --week) {
    const Timestamp at =
        zone.day_start(local.day_number - std::int64_t{7} * week) + std::chrono::minutes(local.minute_of_day);
    starts.push_back(calendar::bucket_start(unit, at, zone));
  }
  return starts;
}

reports::Outcome<alerts::Course> course_of(const reports::Context& context, const reports::Definition& report,
                                           const std::string& metric, const std::vector<Timestamp>& bounds) {
  const Unit unit = report.frame().unit;
  const Timestamp bucket = bounds[bounds.size() - 2];
  const auto like = like_times(unit, bucket, context.zone);
  const Timestamp from = like.empty() ? bounds.front() : std::min(like.front(), bounds.front());
  const auto table =
      reports::run_series(context, report, calendar::bucket_bounds(unit, from, bounds.back(), context.zone));
  if (!table) return std::unexpected(table.error());
  const auto series = std::ranges::find(table->series, metric, &reports::Series::metric);
  alerts::Course course;
  // Before the first events there was nothing, which is not the same as a quiet time.
  Timestamp first = bounds.back();
  for (std::size_t i = table->bounds.size() - 1; series != table->series.end() && i-- > 0;) {
    if (or_zero(series->values[i]) != 0) first = table->bounds[i];
  }
  const auto value_at = [&](Timestamp start) -> std::optional<double> {
    const auto found = std::ranges::lower_bound(table->bounds, start);
    const auto index = static_cast<std::size_t>(found - table->bounds.begin());
    return series == table->series.end() || index >= series->values.size() ? std::nullopt
                                                                           : series->values[index];
  };
  for (std::size_t i = 0; i + 1 < bounds.size(); ++i) course.values.push_back(value_at(bounds[i]));
  for (const Timestamp start : like)
    course.like_for_like.push_back(start < first ? std::nullopt : value_at(start));
  return course;
}

}  // namespace

reports::Outcome<std::optional<RootCause>> analyse_root_cause(const reports::Context& given,
                                                              const alerts::Alert& alert,
                                                              const reports::Definition& whole, Timestamp at,
                                                              const RootCauseOptions& options) {
  const reports::Definition report = narrowed(whole, alert.watch);
  const Unit unit = report.frame().unit;
  RootCause cause{.bucket = calendar::bucket_start(unit, at, given.zone),
                  .baseline = alerts::baseline_of(unit),
                  .unit = unit,
                  .zone = given.zone,
                  .format = format_of(report, alert.watch.metric)};
  cause.bucket_end = calendar::next_bucket(unit, cause.bucket, given.zone);
  const Timestamp from = calendar::earlier_bucket(unit, cause.bucket, cause.baseline, given.zone);
  const auto bounds = calendar::bucket_bounds(unit, from, cause.bucket_end, given.zone);
  const auto course = TRY(course_of(given, report, alert.watch.metric, bounds));
  const auto movement = alerts::measure(course);
  if (!movement) return std::nullopt;
  cause.movement = *movement;
  cause.starts.assign(bounds.begin(), bounds.end() - 1);
  cause.values = course.values;

  reports::Context context = given;
  context.most_segments = options.most_values;
  std::vector<std::string> properties = options.properties;
  if (properties.empty()) {
    auto found = TRY(properties_of(context, report, from, cause.bucket_end, options.most_properties));
    properties = std::move(found);
  }
  for (const std::string& property : properties) {
    const auto parts = TRY(split_by(context, report, alert.watch.metric, property, bounds));
    if (parts.truncated && options.properties.empty()) {
      cause.skipped.push_back(property);
    } else if (parts.courses.size() > 1) {
      cause.dimensions.push_back(alerts::split(property, parts.courses));
    }
  }
  alerts::rank(cause.dimensions);
  cause.confidence = alerts::confidence(cause.movement, cause.dimensions);
  cause.sentence = alerts::explain(alert.watch.metric, cause.movement, cause.dimensions, cause.format);
  return cause;
}

}  // namespace bellwether::publisher
