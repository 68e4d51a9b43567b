#include "reports/insights.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/exact_json.hpp"
#include "reports/impl/breakdown_sql.hpp"
#include "reports/sql.hpp"
#include "reports/timeline.hpp"
#include "selection/filter_sql.hpp"
#include "selection/statement.hpp"

namespace bellwether::reports {

namespace {

using impl::BreakdownSql;
using selection::fill;
using selection::SqlValues;

std::int64_t window_days(Measure measure) {
  if (measure == Measure::kWeeklyActive) return 7;
  return measure == Measure::kMonthlyActive ? 30 : 1;
}

bool is_active_users(Measure measure) {
  return measure >= Measure::kDailyActive && measure <= Measure::kMonthlyActive;
}

bool needs_people(Measure measure) {
  return measure == Measure::kUnique || is_active_users(measure) || measure == Measure::kTotalPerUser ||
         measure == Measure::kSumPerUser;
}

/// Over rows [value, person]; who has no id is nobody.
std::string_view aggregate_sql(Measure measure) {
  switch (measure) {
    case Measure::kTotal:
      return "count()";
    case Measure::kUnique:
    case Measure::kDailyActive:
    case Measure::kWeeklyActive:
    case Measure::kMonthlyActive:
      return "uniqExactIf(person, person != '')";
    case Measure::kTotalPerUser:
      return "if(uniqExactIf(person, person != '') = 0, NULL, countIf(person != '') / uniqExactIf(person, "
             "person != ''))";
    case Measure::kSum:
      return "ifNull(sum(value), 0)";
    case Measure::kAverage:
      return "avgOrNull(value)";
    case Measure::kMedian:
      return "quantileExactInclusiveOrNull(0.5)(value)";
    case Measure::kP90:
      return "quantileExactInclusiveOrNull(0.9)(value)";
    case Measure::kP95:
      return "quantileExactInclusiveOrNull(0.95)(value)";
    case Measure::kP99:
      return "quantileExactInclusiveOrNull(0.99)(value)";
    case Measure::kMin:
      return "minOrNull(value)";
    case Measure::kMax:
      return "maxOrNull(value)";
    case Measure::kDistinct:
      return "uniqExact(value)";
    case Measure::kSumPerUser:
      return "if(uniqExactIf(person, person != '') = 0, NULL, sumIf(ifNull(value, 0), person != '') / "
             "uniqExactIf(person, person != ''))";
  }
  return "count()";
}

class InsightsCompiler {
 public:
  InsightsCompiler(const Context& context, const Insights& insights, const std::vector<Timestamp>& bounds)
      : context_(context),
        insights_(insights),
        bounds_(bounds),
        breakdown_(context, insights.frame.breakdown) {
    values_.parameters().add("project", context.project_id);
  }

  /// The statement; fails on a cohort that is not there.
  std::expected<std::string, std::string> compile() {
    TRY(breakdown_.compile(values_));
    std::string metrics;
    for (std::size_t i = 0; i < insights_.metrics.size(); ++i)
      metrics += (i == 0 ? "" : "\nUNION ALL\n") + metric_sql(insights_.metrics[i], i);
    return fill(sql::kSeries, {{"$metrics", metrics}, {"$most", std::to_string(context_.most_segments + 1)}});
  }

  const events::Parameters& parameters() { return values_.parameters(); }

 private:
  std::vector<Timestamp> starts() const { return {bounds_.begin(), bounds_.end() - 1}; }

  std::string metric_sql(const Metric& metric, std::size_t index) {
    std::string events = is_active_users(metric.measure) ? active_people_sql(metric)
                                                         : events_sql(metric, starts(), bounds_.front());
    return fill(sql::kMetric, {{"$metric", std::to_string(index)},
                               {"$aggregate", std::string(aggregate_sql(metric.measure))},
                               {"$events", events}});
  }

  std::string events_sql(const Metric& metric, const std::vector<Timestamp>& starts, Timestamp from) {
    const std::string value =
        metric.measure == Measure::kDistinct ? selection::identity_sql(metric.property, values_)
        : needs_property(metric.measure)     ? selection::number_sql(metric.property, values_)
                                             : "NULL";
    const selection::Range range{from, bounds_.back(), std::nullopt};
    std::string events =
        fill(sql::kMetricEvents,
             {{"$bounds", values_.instants(starts)},
              {"$segment", breakdown_.labels()},
              {"$value", value},
              {"$event", values_.text(metric.selection.event)},
              {"$times", selection::times_sql(range, context_.now, values_)},
              {"$filters", selection::filters_sql(metric.selection.where, context_.now, values_)}});
    if (needs_people(metric.measure) || breakdown_.by_cohort())
      events = fill(sql::kEventsOfPeople, {{"$events", events}});
    return breakdown_.by_cohort() ? breakdown_.spread(events) : events;
  }

  /// Who was active in the window that ends with each bucket.
  std::string active_people_sql(const Metric& metric) {
    const std::int64_t days = window_days(metric.measure);
    std::vector<Timestamp> opens;
    for (std::size_t i = 0; i + 1 < bounds_.size(); ++i) {
      const std::int64_t last = context_.zone.local(bounds_[i + 1] - Millis(1)).day_number;
      opens.push_back(context_.zone.day_start(last - days + 1));
    }
    const Timestamp from = *std::ranges::min_element(opens);
    auto day_starts = calendar::bucket_bounds(calendar::Unit::kDay, from, bounds_.back(), context_.zone);
    day_starts.pop_back();
    return fill(sql::kActivePeople,
                {{"$events", events_sql(metric, day_starts, from)},
                 {"$bounds", values_.instants(starts())},
                 {"$window_starts", values_.instants(opens)},
                 {"$window_ends", values_.instants({bounds_.begin() + 1, bounds_.end()})}});
  }

  const Context& context_;
  const Insights& insights_;
  const std::vector<Timestamp>& bounds_;
  SqlValues values_;
  BreakdownSql breakdown_;
};

using Values = std::vector<std::optional<double>>;

/// The values of one segment, by metric.
struct SegmentValues {
  Segment segment;
  std::vector<Values> metrics;
};

std::vector<Values> empty_values(const Insights& insights, std::size_t buckets) {
  std::vector<Values> values;
  values.reserve(insights.metrics.size());
  for (const Metric& metric : insights.metrics)
    values.emplace_back(buckets, is_count(metric.measure) ? std::optional(0.0) : std::nullopt);
  return values;
}

SegmentValues read_row(std::string_view line, const Insights& insights,
                       const std::vector<Timestamp>& bounds) {
  const boost::json::value row = parse_exact_json(line);
  SegmentValues read{impl::read_segment(row.at(0)), empty_values(insights, bounds.size() - 1)};
  for (const auto& point : row.at(1).as_array()) {
    const auto start = from_unix_ms(point.at(1).to_number<std::int64_t>());
    const auto bucket = std::ranges::lower_bound(bounds, start) - bounds.begin();
    auto& value = read.metrics[point.at(0).to_number<std::size_t>()][static_cast<std::size_t>(bucket)];
    value = point.at(2).is_null() ? std::nullopt : std::optional(point.at(2).to_number<double>());
  }
  return read;
}

Values evaluate(const Formula& formula, const std::vector<Values>& metrics) {
  Values values;
  std::vector<std::optional<double>> inputs(metrics.size());
  for (std::size_t bucket = 0; bucket < metrics.front().size(); ++bucket) {
    for (std::size_t i = 0; i < metrics.size(); ++i) inputs[i] = metrics[i][bucket];
    values.push_back(formula.evaluate(inputs));
  }
  return values;
}

/// The average of the values there are in the last `count` buckets, without the first `count - 1` results.
Values roll(const Values& values, std::size_t count) {
  Values rolled;
  for (std::size_t end = count; end <= values.size(); ++end) {
    double sum = 0;
    std::size_t known = 0;
    for (std::size_t i = end - count; i < end; ++i) {
      if (!values[i]) continue;
      sum += *values[i];
      ++known;
    }
    rolled.push_back(known == 0 ? std::nullopt : std::optional(sum / static_cast<double>(known)));
  }
  return rolled;
}

SeriesTable to_table(const std::vector<SegmentValues>& segments, const Insights& insights,
                     const std::vector<Timestamp>& bounds) {
  SeriesTable table;
  table.bounds = bounds;
  for (std::size_t i = 0; i < insights.metrics.size(); ++i) {
    for (const SegmentValues& segment : segments)
      table.series.push_back({insights.metrics[i].name, insights.metrics[i].format, segment.segment,
                              roll(segment.metrics[i], insights.rolling)});
  }
  for (const FormulaMetric& formula : insights.formulas) {
    for (const SegmentValues& segment : segments)
      table.series.push_back({formula.name, formula.format, segment.segment,
                              roll(evaluate(formula.formula, segment.metrics), insights.rolling)});
  }
  return table;
}

}  // namespace

Outcome<SeriesTable> run_insights(const Context& context, const Insights& insights,
                                  const std::vector<Timestamp>& bounds) {
  std::vector<Timestamp> all = bounds;
  // A rolling average reaches back behind the first bucket.
  for (std::size_t i = 1; i < insights.rolling; ++i)
    all.insert(all.begin(), calendar::earlier_bucket(insights.frame.unit, all.front(), 1, context.zone));
  InsightsCompiler compiler(context, insights, all);
  const auto statement = compiler.compile();
  if (!statement) return std::unexpected(ReportError{.message = statement.error()});
  const auto rows = context.engine.run(*statement, compiler.parameters(), "JSONCompactEachRow",
                                       {.timeout = context.within});
  if (!rows) return std::unexpected(impl::engine_error(rows.error()));
  std::vector<SegmentValues> segments;
  impl::for_each_line(*rows,
                      [&](std::string_view line) { segments.push_back(read_row(line, insights, all)); });
  const bool truncated = segments.size() > context.most_segments;
  if (truncated) segments.pop_back();
  // Without a breakdown there is one series, also of nothing.
  if (segments.empty() && insights.frame.breakdown.empty())
    segments.push_back({{}, empty_values(insights, all.size() - 1)});
  SeriesTable table = to_table(segments, insights, bounds);
  table.truncated = truncated;
  return table;
}

Outcome<SeriesTable> run_insights(const Context& context, const Insights& insights) {
  const auto bounds = resolve_bounds(insights.frame, context.zone, context.now);
  if (!bounds) return std::unexpected(ReportError{.message = bounds.error()});
  return run_insights(context, insights, *bounds);
}

}  // namespace bellwether::reports
