#include "alerts/evaluator.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "alerts/alert_chart.hpp"
#include "alerts/history.hpp"
#include "alerts/notification.hpp"
#include "base/json_writer.hpp"
#include "base/log.hpp"
#include "base/shorten.hpp"
#include "registry/cohorts.hpp"
#include "registry/projects.hpp"

namespace bellwether::alerts {

namespace {

std::string encode(const reports::Segment& segment) {
  std::string text;
  JsonWriter json(text);
  reports::render(json, segment);
  return text;
}

/// Stores a firing; no value when the bucket has fired already.
std::optional<std::int64_t> insert_firing(storage::Database& database, const Alert& alert,
                                          const Firing& firing, std::string_view held, Timestamp now) {
  database.run(
      "INSERT INTO firing (alert_id, bucket, fired_at, value, segment, sentence, held) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (alert_id, bucket) DO NOTHING",
      alert.id, to_unix_ms(firing.bucket), to_unix_ms(now), fmt::format("{}", firing.finding.value),
      encode(reports::shortened(firing.segment, kDetailCharacters)), sentence(alert, firing), held);
  if (database.changed_rows() == 0) return std::nullopt;
  return database.last_insert_id();
}

}  // namespace

/// One report with the alerts of which buckets are due.
struct Evaluator::Task {
  registry::Report report;
  registry::Project project;
  reports::Definition definition;
  calendar::TimeZone zone = calendar::TimeZone::utc();
  cohorts::FindCohort find_cohort;
  std::vector<std::pair<Alert, Due>> alerts;
};

Evaluator::Evaluator(const EvaluatorOptions& options, const Parts& parts)
    : options_(options), parts_(parts) {}

Evaluator::Round Evaluator::run(Timestamp now) {
  Round round;
  for (const Task& task : plan(now, round)) {
    if (!judge(task, now, round)) ++round.failed_reports;
  }
  return round;
}

std::vector<Evaluator::Task> Evaluator::plan(Timestamp now, Round& round) const {
  const auto reader = parts_.readers.borrow();
  std::map<std::int64_t, Task> tasks;
  for (Alert& alert : list_active_alerts(*reader)) {
    if (!tasks.contains(alert.report_id)) {
      const auto report = registry::find_report(*reader, alert.report_id);
      const auto project = registry::find_project(*reader, alert.project_id);
      auto definition =
          report ? reports::parse_definition(report->definition) : std::unexpected(ParseError{});
      if (!report || !project || !definition) continue;
      tasks.emplace(alert.report_id, Task{*report,
                                          *project,
                                          std::move(*definition),
                                          calendar::TimeZone::find_or_utc(project->time_zone),
                                          {},
                                          {}});
    }
    Task& task = tasks.at(alert.report_id);
    Due due = due_buckets(task.definition.frame().unit, task.zone, alert.judged_until, now,
                          settles_after(task.definition, options_.evaluation), options_.evaluation.catch_up);
    round.next_at = std::min(round.next_at.value_or(due.next_at), due.next_at);
    if (!due.starts.empty()) task.alerts.emplace_back(std::move(alert), std::move(due));
  }
  std::vector<Task> with_work;
  for (auto& [id, task] : tasks) {
    if (task.alerts.empty()) continue;
    task.find_cohort = registry::cohort_finder(*reader, task.project.id);
    with_work.push_back(std::move(task));
  }
  return with_work;
}

bool Evaluator::judge(const Task& task, Timestamp now, Round& round) const {
  const calendar::Unit unit = task.definition.frame().unit;
  Timestamp from = task.alerts.front().second.starts.front();
  Timestamp to = from;
  for (const auto& [alert, due] : task.alerts) {
    const std::size_t before = alert.condition.is_anomaly()             ? history_of(unit)
                               : !alert.emails.empty()                  ? kMailedBuckets
                               : alert.condition.compares_with_before() ? 1
                                                                        : 0;
    from = std::min(from, calendar::earlier_bucket(unit, due.starts.front(), before, task.zone));
    to = std::max(to, due.until);
  }
  const reports::Context context{.engine = parts_.engine,
                                 .project_id = task.project.id,
                                 .zone = task.zone,
                                 .now = now,
                                 .find_cohort = task.find_cohort,
                                 .most_segments = options_.most_segments,
                                 .within = options_.query_timeout};
  const auto table =
      reports::run_series(context, task.definition, calendar::bucket_bounds(unit, from, to, task.zone));
  if (!table) {
    log::warn("alerts cannot be judged now",
              {{"report", task.report.id}, {"alerts", task.alerts.size()}, {"error", table.error().message}});
    return false;
  }
  store(task, *table, now, round);
  return true;
}

void Evaluator::store(const Task& task, const reports::SeriesTable& table, Timestamp now,
                      Round& round) const {
  const calendar::Unit unit = task.definition.frame().unit;
  const Setting setting{options_.base_url, task.project.name, task.report.name,
                        std::string(reports::to_string(task.definition.kind))};
  // Judged before the transaction, which others wait for.
  struct Fired {
    const Alert* alert;
    Firing firing;
    std::string chart;  ///< for its mails
  };
  std::vector<Fired> firings;
  for (const auto& [alert, due] : task.alerts) {
    for (const Timestamp start : due.starts) {
      auto firing = evaluate(alert, table, start, unit, task.zone);
      if (!firing) continue;
      std::string chart;
      if (!alert.emails.empty()) chart = draw(course_to(alert, table, *firing, unit, task.zone)).text();
      firings.push_back({&alert, std::move(*firing), std::move(chart)});
    }
  }
  std::size_t stored = 0;
  const auto committed = parts_.writer.run([&](storage::Database& database) {
    stored = 0;
    for (const auto& [judged, due] : task.alerts) {
      // Meanwhile it may have been changed, or be gone.
      auto alert = find_alert(database, judged.id);
      if (!alert || alert->paused || alert->judged_until != judged.judged_until) continue;
      set_judged(database, alert->id, due.until);
      if (due.skipped > 0)
        note(database, alert->id, now, "skipped",
             fmt::format("{} buckets went by while nothing ran", due.skipped));
      for (const auto& [of, firing, chart] : firings) {
        if (of->id != alert->id) continue;
        const Release decision = release(*alert, now);
        const auto id = insert_firing(database, *alert, firing, to_string(decision), now);
        if (!id) continue;
        note(database, alert->id, now, "fired", sentence(*alert, firing));
        if (decision != Release::kNotify) {
          note(database, alert->id, now, "held_back", to_string(decision));
          continue;
        }
        const auto message = to_message(*alert, firing, setting, now, false);
        stored += enqueue(database, *alert, message, chart, id, now);
        set_notified(database, alert->id, now);
        alert->notified_at = now;
      }
    }
  });
  if (!committed) {
    log::error("alerts cannot be stored", {{"report", task.report.id}, {"error", committed.error().message}});
    ++round.failed_reports;
    return;
  }
  for (const auto& [alert, due] : task.alerts) round.judged += due.starts.size();
  round.fired += firings.size();
  round.notifications += stored;
}

}  // namespace bellwether::alerts
