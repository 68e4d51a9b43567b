#include "reports/funnel.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/exact_json.hpp"
#include "reports/impl/breakdown_sql.hpp"
#include "reports/impl/funnel_sql.hpp"
#include "reports/sql.hpp"
#include "selection/filter_sql.hpp"
#include "selection/statement.hpp"

namespace bellwether::reports {

namespace {

using impl::BreakdownSql;
using selection::fill;
using selection::SqlValues;

class FunnelCompiler {
 public:
  FunnelCompiler(const Context& context, const Funnel& funnel, const std::vector<Timestamp>& bounds)
      : context_(context), funnel_(funnel), bounds_(bounds), breakdown_(context, funnel.frame.breakdown) {
    values_.parameters().add("project", context.project_id);
  }

  std::expected<std::string, std::string> compile(bool with_times) {
    TRY(breakdown_.compile(values_));
    const std::string events = fill(sql::kEventsOfPeople, {{"$events", events_sql()}});
    std::string rows = funnel_.totals ? attempts_sql(events) : people_sql(events, with_times);
    if (breakdown_.by_cohort()) rows = breakdown_.spread(rows);
    std::string counts;
    std::string medians;
    for (std::size_t step = 1; step <= funnel_.steps.size(); ++step) {
      counts += fmt::format("{}countIf(length(durations) >= {})", step == 1 ? "" : ", ", step);
      medians += fmt::format("{}quantileExactInclusiveIf(0.5)(durations[{}], length(durations) >= {})",
                             step == 1 ? "" : ", ", step, step);
    }
    return fill(sql::kFunnel, {{"$rows", rows},
                               {"$counts", "[" + counts + "]"},
                               {"$medians", with_times ? "[" + medians + "]" : "CAST([], 'Array(Float64)')"},
                               {"$most", std::to_string(context_.most_segments + 1)}});
  }

  const events::Parameters& parameters() { return values_.parameters(); }

 private:
  std::string events_sql() {
    std::vector<std::string> names;
    std::string steps;
    std::string exclusions;
    const auto add = [&](std::string& bits, std::size_t bit, const EventSelection& selection) {
      bits += fmt::format("{}toUInt64({}) * {}", bits.empty() ? "" : " + ",
                          selection::event_sql(selection, context_.now, values_), 1ULL << bit);
      names.push_back(selection.event);
    };
    for (std::size_t i = 0; i < funnel_.steps.size(); ++i) add(steps, i, funnel_.steps[i].selection);
    for (std::size_t i = 0; i < funnel_.exclusions.size(); ++i)
      add(exclusions, i, funnel_.exclusions[i].selection);
    const selection::Range range{bounds_.front(), bounds_.back() + funnel_.window, std::nullopt};
    return fill(sql::kFunnelEvents, {{"$steps", steps},
                                     {"$exclusions", exclusions.empty() ? "toUInt64(0)" : exclusions},
                                     {"$segment", breakdown_.labels()},
                                     {"$names", values_.texts(names)},
                                     {"$times", selection::times_sql(range, context_.now, values_)}});
  }

  /// What a moment's bits must have for an attempt to begin.
  std::string begins_sql(std::string_view bits) const {
    return funnel_.any_order ? fmt::format("{} != 0", bits) : fmt::format("bitTest({}, 0)", bits);
  }

  /// Behind the bucket, only the first step in order is of no use.
  std::string later_bits() const { return funnel_.any_order ? "bitNot(toUInt64(0))" : "bitNot(toUInt64(1))"; }

  std::string people_sql(const std::string& events, bool with_times) {
    const bool plain = !funnel_.any_order && funnel_.exclusions.empty() && !with_times;
    const std::string durations = plain               ? impl::reached_by_window_funnel(funnel_)
                                  : funnel_.any_order ? impl::reached_in_any_order(funnel_)
                                                      : impl::reached_in_order(funnel_);
    const std::string buckets =
        fmt::format("arrayZip({}, {})", values_.instants({bounds_.begin(), bounds_.end() - 1}),
                    values_.instants({bounds_.begin() + 1, bounds_.end()}));
    return fill(sql::kFunnelPeople, {{"$events", events},
                                     {"$buckets", buckets},
                                     {"$window", std::to_string(funnel_.window.count())},
                                     {"$later", later_bits()},
                                     {"$begins", begins_sql("done")},
                                     {"$begins_at", begins_sql("steps")},
                                     {"$durations", durations}});
  }

  std::string attempts_sql(const std::string& events) {
    return fill(sql::kFunnelAttempts, {{"$events", events},
                                       {"$starts", values_.instants({bounds_.begin(), bounds_.end() - 1})},
                                       {"$end", values_.integer(to_unix_ms(bounds_.back()))},
                                       {"$later", later_bits()},
                                       {"$begins", begins_sql("done")},
                                       {"$begins_at", begins_sql("steps")},
                                       {"$attempts", funnel_.any_order ? impl::attempts_in_any_order(funnel_)
                                                                       : impl::attempts_in_order(funnel_)}});
  }

  const Context& context_;
  const Funnel& funnel_;
  const std::vector<Timestamp>& bounds_;
  SqlValues values_;
  BreakdownSql breakdown_;
};

FunnelSegment read_row(std::string_view line, const Funnel& funnel, const std::vector<Timestamp>& bounds) {
  const boost::json::value row = parse_exact_json(line);
  const FunnelCounts nobody{std::vector<std::uint64_t>(funnel.steps.size(), 0), {}};
  FunnelSegment read{impl::read_segment(row.at(0)), std::vector<FunnelCounts>(bounds.size() - 1, nobody)};
  for (const auto& point : row.at(1).as_array()) {
    const auto start = from_unix_ms(point.at(0).to_number<std::int64_t>());
    const auto bucket = std::ranges::lower_bound(bounds, start) - bounds.begin();
    FunnelCounts& counts = read.buckets[static_cast<std::size_t>(bucket)];
    counts.counts.clear();
    for (const auto& count : point.at(1).as_array())
      counts.counts.push_back(count.to_number<std::uint64_t>());
    constexpr double kMsPerSecond = 1000;
    for (const auto& median : point.at(2).as_array()) {
      counts.median_seconds.push_back(
          median.is_null() ? std::nullopt : std::optional(median.to_number<double>() / kMsPerSecond));
    }
  }
  return read;
}

}  // namespace

std::optional<double> FunnelCounts::conversion() const {
  if (counts.empty() || counts.front() == 0) return std::nullopt;
  constexpr double kPercent = 100;
  return kPercent * static_cast<double>(counts.back()) / static_cast<double>(counts.front());
}

Outcome<FunnelTable> run_funnel(const Context& context, const Funnel& funnel,
                                const std::vector<Timestamp>& bounds, bool with_times) {
  FunnelCompiler compiler(context, funnel, bounds);
  const auto statement = compiler.compile(with_times);
  if (!statement) return std::unexpected(ReportError{.message = statement.error()});
  const auto rows = context.engine.run(*statement, compiler.parameters(), "JSONCompactEachRow",
                                       {.timeout = context.within});
  if (!rows) return std::unexpected(impl::engine_error(rows.error()));
  FunnelTable table;
  table.bounds = bounds;
  for (const FunnelStep& step : funnel.steps) table.steps.push_back(step.name);
  impl::for_each_line(
      *rows, [&](std::string_view line) { table.segments.push_back(read_row(line, funnel, bounds)); });
  table.truncated = table.segments.size() > context.most_segments;
  if (table.truncated) table.segments.pop_back();
  if (table.segments.empty() && funnel.frame.breakdown.empty()) {
    const FunnelCounts nobody{std::vector<std::uint64_t>(funnel.steps.size(), 0), {}};
    table.segments.push_back({{}, std::vector<FunnelCounts>(bounds.size() - 1, nobody)});
  }
  return table;
}

SeriesTable to_series(const FunnelTable& table) {
  SeriesTable series{.bounds = table.bounds, .truncated = table.truncated};
  for (const FunnelSegment& segment : table.segments) {
    Series one{std::string(kConversion), {NumberFormat::Kind::kPercent}, segment.segment, {}};
    for (const FunnelCounts& counts : segment.buckets) one.values.push_back(counts.conversion());
    series.series.push_back(std::move(one));
  }
  return series;
}

}  // namespace bellwether::reports
