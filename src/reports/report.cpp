#include "reports/report.hpp"

#include "base/error.hpp"
#include "reports/timeline.hpp"

namespace bellwether::reports {

namespace {

/// Runs a definition of any kind.
struct Runner {
  const Context& context;
  const std::vector<Timestamp>& bounds;

  using Result = Outcome<std::variant<SeriesTable, FunnelReport, RetentionTable>>;

  Result operator()(const Insights& insights) const { return TRY(run_insights(context, insights, bounds)); }

  Result operator()(const Funnel& funnel) const {
    auto overall = run_funnel(context, funnel, {bounds.front(), bounds.back()}, true);
    if (!overall) return std::unexpected(overall.error());
    auto trend = TRY(run_funnel(context, funnel, bounds, false));
    return FunnelReport{std::move(*overall), std::move(trend)};
  }

  Result operator()(const Retention& retention) const {
    return TRY(run_retention(context, retention, bounds));
  }
};

}  // namespace

Outcome<Report> run(const Context& context, const Definition& definition) {
  const auto bounds = resolve_bounds(definition.frame(), context.zone, context.now);
  if (!bounds) return std::unexpected(ReportError{.message = bounds.error()});
  auto result = std::visit(Runner{context, *bounds}, definition.report);
  if (!result) return std::unexpected(result.error());
  return Report{std::move(*result), context.now};
}

Outcome<SeriesTable> run_series(const Context& context, const Definition& definition,
                                const std::vector<Timestamp>& bounds) {
  if (const auto* insights = std::get_if<Insights>(&definition.report))
    return run_insights(context, *insights, bounds);
  if (const auto* funnel = std::get_if<Funnel>(&definition.report)) {
    const auto table = TRY(run_funnel(context, *funnel, bounds, false));
    return to_series(table);
  }
  return std::unexpected(ReportError{.message = "a retention report has no series over time"});
}

}  // namespace bellwether::reports
