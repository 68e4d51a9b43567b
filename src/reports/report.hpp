#pragma once

#include <variant>

#include "reports/funnel.hpp"
#include "reports/insights.hpp"
#include "reports/retention.hpp"

/// A report, run whole, and its results for programs and people.
namespace bellwether::reports {

struct FunnelReport {
  FunnelTable overall;  ///< one bucket: the whole range
  FunnelTable trend;    ///< by the report's unit
};

struct Report {
  std::variant<SeriesTable, FunnelReport, RetentionTable> result;
  Timestamp complete_until;  ///< buckets that end later are still going on
};

Outcome<Report> run(const Context& context, const Definition& definition);

/// As JSON: see docs/reports.md.
std::string to_json(const Report& report);
/// One line a value, with a heading.
std::string to_csv(const Report& report);

/// The series over time that a report has: a funnel's is its conversion. Retention has none.
Outcome<SeriesTable> run_series(const Context& context, const Definition& definition,
                                const std::vector<Timestamp>& bounds);

}  // namespace bellwether::reports
