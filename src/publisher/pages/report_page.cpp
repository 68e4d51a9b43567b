#include "publisher/pages/report_page.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "charts/bar_chart.hpp"
#include "charts/line_chart.hpp"
#include "publisher/pages/page.hpp"

namespace bellwether::publisher {

namespace {

/// So many rows are shown; the CSV has all.
constexpr std::size_t kMaxRows = 100;
constexpr std::size_t kMaxFunnels = 6;
constexpr std::size_t kMaxCohorts = 3;

std::vector<std::string> labels_of(const std::vector<Timestamp>& bounds, const ReportPage& page) {
  std::vector<std::string> labels;
  for (std::size_t i = 0; i + 1 < bounds.size(); ++i)
    labels.push_back(calendar::label(page.definition.frame().unit, bounds[i], page.zone));
  return labels;
}

Markup table_of(const std::vector<std::string>& labels, const std::vector<const reports::Series*>& series) {
  Markup head;
  for (const auto* one : series)
    head += markup("<th class=\"number\">{}</th>", readable(reports::describe(one->segment)));
  Markup rows;
  const std::size_t first = labels.size() > kMaxRows ? labels.size() - kMaxRows : 0;
  for (std::size_t i = labels.size(); i-- > first;) {
    Markup cells;
    for (const auto* one : series) {
      const auto& value = one->values[i];
      cells +=
          markup("<td class=\"number\">{}</td>", value ? reports::format_value(*value, one->format) : "–");
    }
    rows += markup("<tr><td class=\"time\">{}</td>{}</tr>", labels[i], cells);
  }
  return markup("<details><summary>Values</summary><table><tr><th></th>{}</tr>{}</table></details>", head,
                rows);
}

/// One chart a metric, as they are counted in different things.
Markup render_series(const reports::SeriesTable& table, const ReportPage& page) {
  const auto labels = labels_of(table.bounds, page);
  std::vector<std::string> metrics;
  std::map<std::string, std::vector<const reports::Series*>> by_metric;
  for (const reports::Series& series : table.series) {
    auto& of_metric = by_metric[series.metric];
    if (of_metric.empty()) metrics.push_back(series.metric);
    if (of_metric.size() < charts::kMaxLines) of_metric.push_back(&series);
  }
  Markup out;
  for (const std::string& metric : metrics) {
    const auto& of_metric = by_metric.at(metric);
    charts::LineChart chart{.title = metric, .labels = labels, .format = [&](double value) {
                              return reports::format_value(value, of_metric.front()->format);
                            }};
    for (const auto* series : of_metric)
      chart.lines.push_back({reports::describe(series->segment, metric), series->values});
    using Kind = alerts::Condition::Kind;
    const alerts::Alert* alert = page.came_from;
    if (alert != nullptr && alert->watch.metric == metric &&
        (alert->condition.kind == Kind::kAbove || alert->condition.kind == Kind::kBelow))
      chart.levels.push_back({alert->condition.threshold, alert->name});
    out += markup("<h2>{}</h2><div class=\"card\">{}{}</div>", readable(metric), charts::draw(chart),
                  table_of(labels, of_metric));
  }
  if (metrics.empty()) out += markup("<p class=\"card\">There are no events in this range.</p>");
  if (table.truncated) out += markup("<p class=\"note\">There are more segments than are shown.</p>");
  return out;
}

Markup render_funnel(const reports::FunnelReport& funnel, const ReportPage& page) {
  Markup out;
  const reports::FunnelTable& overall = funnel.overall;
  for (std::size_t s = 0; s < overall.segments.size() && s < kMaxFunnels; ++s) {
    const reports::FunnelCounts& counts = overall.segments[s].buckets.front();
    charts::BarChart chart{.title = "Steps"};
    for (std::size_t i = 0; i < overall.steps.size(); ++i) {
      const auto count = static_cast<double>(counts.counts[i]);
      const auto began = static_cast<double>(counts.counts.front());
      std::string text = reports::format_number(count);
      if (i > 0 && began > 0) text += fmt::format(", {:.1f} %", 100 * count / began);
      if (i > 0 && i < counts.median_seconds.size() && counts.median_seconds[i])
        text += ", in " +
                reports::format_value(*counts.median_seconds[i], {reports::NumberFormat::Kind::kDuration});
      chart.bars.push_back({fmt::format("{}. {}", i + 1, overall.steps[i]), count, text});
    }
    out += markup("<h2>{}</h2><div class=\"card\">{}</div>",
                  readable(reports::describe(overall.segments[s].segment, "Steps")), charts::draw(chart));
  }
  out += render_series(reports::to_series(funnel.trend), page);
  return out;
}

Markup render_cohort_rows(const reports::RetentionSegment& segment, const std::vector<std::string>& labels) {
  Markup rows;
  const std::size_t first = labels.size() > kMaxRows ? labels.size() - kMaxRows : 0;
  for (std::size_t i = labels.size(); i-- > first;) {
    const reports::RetentionCounts& counts = segment.buckets[i];
    Markup cells;
    for (const auto& retained : counts.retained) {
      if (!retained || counts.born == 0) {
        cells += markup("<td></td>");
        continue;
      }
      const double share = static_cast<double>(*retained) / static_cast<double>(counts.born);
      cells += markup("<td class=\"h{}\">{} %</td>", static_cast<int>(std::lround(std::min(share, 1.0) * 10)),
                      std::round(1000 * share) / 10);
    }
    rows += markup("<tr><th>{}</th><td>{}</td>{}</tr>", labels[i], counts.born, cells);
  }
  return rows;
}

Markup render_retention(const reports::RetentionTable& table, const ReportPage& page) {
  const auto labels = labels_of(table.bounds, page);
  Markup out;
  charts::LineChart curve{.title = "Share of people who come back", .format = [](double value) {
                            return reports::format_value(value, {reports::NumberFormat::Kind::kPercent});
                          }};
  for (std::size_t s = 0; s < table.segments.size() && s < charts::kMaxLines; ++s) {
    const reports::RetentionSegment& segment = table.segments[s];
    const std::size_t periods = segment.buckets.empty() ? 0 : segment.buckets.front().retained.size();
    charts::Line line{reports::describe(segment.segment, "Everybody"), {}};
    for (std::size_t period = 0; period < periods; ++period) {
      double born = 0;
      double back = 0;
      for (const auto& counts : segment.buckets) {
        if (!counts.retained[period]) continue;
        born += static_cast<double>(counts.born);
        back += static_cast<double>(*counts.retained[period]);
      }
      line.values.push_back(born > 0 ? std::optional(100 * back / born) : std::nullopt);
      if (curve.labels.size() <= period) curve.labels.push_back(std::to_string(period));
    }
    curve.lines.push_back(std::move(line));
  }
  out += markup("<h2>Come back after so many {}s</h2><div class=\"card\">{}</div>",
                calendar::to_string(page.definition.frame().unit), charts::draw(curve));
  for (std::size_t s = 0; s < table.segments.size() && s < kMaxCohorts; ++s)
    out += markup(
        "<h2>{}</h2><div class=\"card\"><table "
        "class=\"heat\"><tr><th></th><th>People</th></tr>{}</table></div>",
        readable(reports::describe(table.segments[s].segment, "Everybody")),
        render_cohort_rows(table.segments[s], labels));
  return out;
}

Markup render_alerts(const std::vector<alerts::Alert>& watching) {
  if (watching.empty()) return {};
  Markup items;
  for (const alerts::Alert& alert : watching)
    items += markup("<li><a href=\"/alerts/{}/edit\">{}</a></li>", alert.id, alert.name);
  return markup("<h2>Alerts</h2><ul>{}</ul>", items);
}

}  // namespace

Markup render(const ReportPage& page) {
  Markup out = markup(
      "<h1>{}</h1><p class=\"meta\">{}, by {} ({}), project {} · <a "
      "href=\"/v1/reports/{}/result?format=csv\">CSV</a></p>",
      page.stored.name, reports::to_string(page.definition.kind),
      calendar::to_string(page.definition.frame().unit), page.zone.name(), page.project.name, page.stored.id);
  if (!page.stored.description.empty()) out += markup("<p>{}</p>", page.stored.description);
  if (page.came_from != nullptr)
    out += markup("<p class=\"meta\">Watched by the alert <a href=\"/alerts/{}/edit\">{}</a>.</p>",
                  page.came_from->id, page.came_from->name);
  if (const auto* table = std::get_if<reports::SeriesTable>(&page.result.result))
    out += render_series(*table, page);
  if (const auto* funnel = std::get_if<reports::FunnelReport>(&page.result.result))
    out += render_funnel(*funnel, page);
  if (const auto* table = std::get_if<reports::RetentionTable>(&page.result.result))
    out += render_retention(*table, page);
  out += markup("<p class=\"note\">Buckets that end after {} are still going on.</p>",
                page.zone.format(page.result.complete_until));
  out += render_alerts(page.alerts);
  return out;
}

Markup render_report_list(const std::vector<registry::Project>& projects,
                          const std::vector<registry::Report>& reports,
                          const std::vector<alerts::Alert>& alerts) {
  Markup out = markup("<h1>Reports and alerts</h1>");
  for (const registry::Project& project : projects) {
    Markup items;
    for (const registry::Report& report : reports) {
      if (report.project_id != project.id) continue;
      Markup watching;
      for (const alerts::Alert& alert : alerts) {
        if (alert.report_id == report.id)
          watching += markup(" · <a href=\"/alerts/{}/edit\">{}</a>", alert.id, alert.name);
      }
      items += markup("<li><a href=\"/reports/{}\">{}</a>{}</li>", report.id, report.name, watching);
    }
    out += markup(
        "<h2>{}</h2>{}", project.name,
        items.empty() ? markup("<p class=\"note\">No reports yet.</p>") : markup("<ul>{}</ul>", items));
  }
  if (projects.empty())
    out += markup("<p class=\"note\">There are no projects yet: see docs/publisher.md.</p>");
  return out;
}

}  // namespace bellwether::publisher
