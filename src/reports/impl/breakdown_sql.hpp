#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

#include "reports/series.hpp"
#include "selection/filter_sql.hpp"

namespace bellwether::reports::impl {

/// A report's breakdown as SQL.
class BreakdownSql {
 public:
  BreakdownSql(const Context& context, const Breakdown& breakdown)
      : context_(context), breakdown_(breakdown) {}

  /// Adds the cohorts' parameters to `values`, which outlives this; fails on a cohort that is not there.
  std::expected<void, std::string> compile(selection::SqlValues& values);

  bool by_cohort() const { return !breakdown_.cohorts.empty(); }
  /// An event's labels: Array(Nullable(String)), empty by cohort.
  std::string labels() const;
  /// Rows [person, segment, …] once for each cohort of the person.
  std::string spread(const std::string& rows) const;

 private:
  const Context& context_;
  const Breakdown& breakdown_;
  std::string labels_ = "CAST([], 'Array(Nullable(String))')";
  std::string people_;
};

Segment read_segment(const boost::json::value& labels);
ReportError engine_error(const events::EngineError& error);
void for_each_line(std::string_view text, const std::function<void(std::string_view)>& each);

}  // namespace bellwether::reports::impl
