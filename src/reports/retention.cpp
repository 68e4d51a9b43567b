#include "reports/retention.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/exact_json.hpp"
#include "reports/impl/breakdown_sql.hpp"
#include "reports/sql.hpp"
#include "selection/filter_sql.hpp"
#include "selection/statement.hpp"

namespace bellwether::reports {

namespace {

using calendar::Unit;
using impl::BreakdownSql;
using selection::fill;
using selection::SqlValues;

/// Of a rolling period.
Millis length(Unit unit) {
  constexpr int kWeek = 7;
  constexpr int kMonth = 30;
  return std::chrono::days(unit == Unit::kMonth ? kMonth : unit == Unit::kWeek ? kWeek : 1);
}

class RetentionCompiler {
 public:
  /// `starts` are those of the births' buckets, of the periods behind them, and of one for all that comes
  /// later.
  RetentionCompiler(const Context& context, const Retention& retention, const std::vector<Timestamp>& bounds,
                    std::vector<Timestamp> starts)
      : context_(context),
        retention_(retention),
        bounds_(bounds),
        starts_(std::move(starts)),
        breakdown_(context, retention.frame.breakdown) {
    values_.parameters().add("project", context.project_id);
  }

  std::expected<std::string, std::string> compile() {
    TRY(breakdown_.compile(values_));
    std::string rows = people_sql(fill(sql::kEventsOfPeople, {{"$events", events_sql()}}));
    if (breakdown_.by_cohort()) rows = breakdown_.spread(rows);
    std::string retained;
    for (std::size_t period = 0; period <= retention_.periods; ++period) {
      const std::string test = retention_.or_after
                                   ? fmt::format("arrayExists(number -> number >= {}, periods)", period)
                                   : fmt::format("has(periods, {})", period);
      retained += fmt::format("{}countIf({})", period == 0 ? "" : ", ", test);
    }
    return fill(sql::kRetention, {{"$rows", rows},
                                  {"$retained", "[" + retained + "]"},
                                  {"$most", std::to_string(context_.most_segments + 1)}});
  }

  const events::Parameters& parameters() { return values_.parameters(); }

 private:
  std::string events_sql() {
    const std::string steps = fmt::format("toUInt64({}) + toUInt64({}) * 2",
                                          selection::event_sql(retention_.birth, context_.now, values_),
                                          selection::event_sql(retention_.comeback, context_.now, values_));
    const selection::Range range{bounds_.front(), std::nullopt, std::nullopt};
    return fill(sql::kFunnelEvents,
                {{"$steps", steps},
                 {"$exclusions", "toUInt64(0)"},
                 {"$segment", breakdown_.labels()},
                 {"$names", values_.texts({retention_.birth.event, retention_.comeback.event})},
                 {"$times", selection::times_sql(range, context_.now, values_)}});
  }

  std::string people_sql(const std::string& events) {
    std::string period;
    if (retention_.rolling) {
      period = fmt::format("intDiv(back - birth_at, {})", length(retention_.frame.unit).count());
    } else {
      const std::string starts = values_.instants(starts_);
      period =
          fmt::format("toInt64(indexOf({0}, roundDown(back, {0}))) - toInt64(indexOf({0}, bucket))", starts);
    }
    return fill(sql::kRetentionPeople, {{"$events", events},
                                        {"$end", values_.integer(to_unix_ms(bounds_.back()))},
                                        {"$starts", values_.instants({bounds_.begin(), bounds_.end() - 1})},
                                        {"$period", period}});
  }

  const Context& context_;
  const Retention& retention_;
  const std::vector<Timestamp>& bounds_;
  const std::vector<Timestamp> starts_;
  SqlValues values_;
  BreakdownSql breakdown_;
};

}  // namespace

Outcome<RetentionTable> run_retention(const Context& context, const Retention& retention,
                                      const std::vector<Timestamp>& bounds) {
  std::vector<Timestamp> starts = bounds;
  for (std::size_t i = 0; i < retention.periods; ++i)
    starts.push_back(calendar::next_bucket(retention.frame.unit, starts.back(), context.zone));
  RetentionCompiler compiler(context, retention, bounds, starts);
  const auto statement = compiler.compile();
  if (!statement) return std::unexpected(ReportError{.message = statement.error()});
  const auto rows = context.engine.run(*statement, compiler.parameters(), "JSONCompactEachRow",
                                       {.timeout = context.within});
  if (!rows) return std::unexpected(impl::engine_error(rows.error()));

  const auto has_begun = [&](std::size_t bucket, std::size_t period) {
    const Timestamp begins =
        retention.rolling ? bounds[bucket] + length(retention.frame.unit) * static_cast<std::int64_t>(period)
                          : starts[bucket + period];
    return begins <= context.now;
  };
  RetentionTable table;
  table.bounds = bounds;
  RetentionSegment nobody{{}, {}};
  for (std::size_t bucket = 0; bucket + 1 < bounds.size(); ++bucket) {
    RetentionCounts counts;
    for (std::size_t period = 0; period <= retention.periods; ++period)
      counts.retained.push_back(has_begun(bucket, period) ? std::optional<std::uint64_t>(0) : std::nullopt);
    nobody.buckets.push_back(std::move(counts));
  }
  impl::for_each_line(*rows, [&](std::string_view line) {
    const boost::json::value row = parse_exact_json(line);
    RetentionSegment segment = nobody;
    segment.segment = impl::read_segment(row.at(0));
    for (const auto& point : row.at(1).as_array()) {
      const auto start = from_unix_ms(point.at(0).to_number<std::int64_t>());
      const auto bucket = static_cast<std::size_t>(std::ranges::lower_bound(bounds, start) - bounds.begin());
      RetentionCounts& counts = segment.buckets[bucket];
      counts.born = point.at(1).to_number<std::uint64_t>();
      for (std::size_t period = 0; period <= retention.periods; ++period) {
        if (counts.retained[period])
          counts.retained[period] = point.at(2).at(period).to_number<std::uint64_t>();
      }
    }
    table.segments.push_back(std::move(segment));
  });
  table.truncated = table.segments.size() > context.most_segments;
  if (table.truncated) table.segments.pop_back();
  if (table.segments.empty() && retention.frame.breakdown.empty())
    table.segments.push_back(std::move(nobody));
  return table;
}

}  // namespace bellwether::reports
