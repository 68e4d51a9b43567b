#include "alerts/alert.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "reports/funnel.hpp"

namespace bellwether::alerts {

namespace {

using Scope = Watch::Scope;

std::string join(const auto& items, auto&& name) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ", ") + name(item);
  return text;
}

/// What the metric counts; no value when the report has no such metric.
std::optional<std::string> subject_of(const reports::Definition& definition, const std::string& metric) {
  if (const auto* funnel = std::get_if<reports::Funnel>(&definition.report)) {
    if (metric != reports::kConversion) return std::nullopt;
    return join(funnel->steps, [](const auto& step) { return step.selection.event; });
  }
  const auto* insights = std::get_if<reports::Insights>(&definition.report);
  if (insights == nullptr) return std::nullopt;
  for (const auto& one : insights->metrics) {
    if (one.name == metric) return one.selection.event;
  }
  for (const auto& one : insights->formulas) {
    if (one.name == metric)
      return one.formula.text() + " of " +
             join(insights->metrics, [](const auto& each) { return each.selection.event; });
  }
  return std::nullopt;
}

std::string metrics_of(const reports::Definition& definition) {
  if (std::holds_alternative<reports::Funnel>(definition.report))
    return fmt::format("\"{}\"", reports::kConversion);
  const auto& insights = std::get<reports::Insights>(definition.report);
  const auto quoted = [](const auto& metric) { return fmt::format("\"{}\"", metric.name); };
  const std::string formulas = join(insights.formulas, quoted);
  return join(insights.metrics, quoted) + (formulas.empty() ? "" : ", " + formulas);
}

std::vector<std::string> breakdown_of(const reports::Definition& definition) {
  const auto& breakdown = definition.frame().breakdown;
  // A cohort's name is no property's.
  if (!breakdown.cohorts.empty()) {
    std::vector<std::string> names{"cohorts"};
    names.insert(names.end(), breakdown.cohorts.begin(), breakdown.cohorts.end());
    return names;
  }
  return breakdown.properties;
}

/// Whether the segment can be one of the report's.
std::optional<std::string> segment_misfit(const Watch& watch, const reports::Definition& definition) {
  const auto& breakdown = definition.frame().breakdown;
  if (watch.scope == Scope::kOverall) {
    if (breakdown.empty()) return std::nullopt;
    return "the report has a breakdown: the alert must watch one segment or any";
  }
  if (breakdown.empty()) return "the report has no breakdown, so there is no segment to watch";
  if (watch.scope == Scope::kAny) return std::nullopt;
  const std::size_t labels = breakdown.cohorts.empty() ? breakdown.properties.size() : 1;
  if (watch.segment.size() != labels)
    return fmt::format("the segment has {} labels, the report's have {}", watch.segment.size(), labels);
  if (breakdown.cohorts.empty() || !watch.segment[0]) return std::nullopt;
  if (std::ranges::find(breakdown.cohorts, *watch.segment[0]) == breakdown.cohorts.end())
    return fmt::format("the report is not broken down by the cohort \"{}\"", *watch.segment[0]);
  return std::nullopt;
}

}  // namespace

std::optional<std::string> misfit(Watch& watch, const Condition& condition,
                                  const reports::Definition& report) {
  if (std::holds_alternative<reports::Retention>(report.report))
    return "a retention report has no values over time that an alert could watch";
  if (condition.is_anomaly() && std::holds_alternative<reports::Funnel>(report.report))
    return "anomalies are found in insights and segmentation reports only";
  const auto subject = subject_of(report, watch.metric);
  if (!subject)
    return fmt::format("the report has no metric \"{}\"; it has {}", watch.metric, metrics_of(report));
  auto breakdown = breakdown_of(report);
  if (watch.subject.empty()) {
    watch.subject = *subject;
    watch.breakdown = breakdown;
  }
  if (*subject != watch.subject)
    return fmt::format("\"{}\" counts {} now, not {}", watch.metric, *subject, watch.subject);
  if (auto wrong = segment_misfit(watch, report)) return wrong;
  if (watch.scope != Scope::kOverall && breakdown != watch.breakdown &&
      report.frame().breakdown.cohorts.empty()) {
    const auto itself = [](const std::string& name) { return name; };
    return fmt::format("the report is broken down by {} now, not by {}", join(breakdown, itself),
                       join(watch.breakdown, itself));
  }
  return std::nullopt;
}

}  // namespace bellwether::alerts
