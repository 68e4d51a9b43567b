#include "alerts/alert_store.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "alerts/history.hpp"
#include "base/error.hpp"
#include "base/exact_json.hpp"
#include "base/json_writer.hpp"
#include "registry/projects.hpp"
#include "registry/webhooks.hpp"

namespace bellwether::alerts {

namespace {

namespace json = boost::json;
using Kind = Error::Kind;
using Scope = Watch::Scope;

constexpr std::size_t kMaxText = 255;
constexpr std::size_t kMaxReceivers = 20;
constexpr Millis kLongestFrequency = std::chrono::days(31);

#define ALERT_COLUMNS                                                                                  \
  "id, project_id, report_id, name, creator, creator_email, watch, condition, frequency_ms, windows, " \
  "paused, "                                                                                           \
  "webhooks, emails, problem, judged_until, notified_at"

std::string encode(const Watch& watch) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().key("metric").value(watch.metric).key("scope").value(static_cast<int>(watch.scope));
  writer.key("segment");
  reports::render(writer, watch.segment);
  writer.key("subject").value(watch.subject).key("breakdown").begin_array();
  for (const std::string& name : watch.breakdown) writer.value(name);
  writer.end_array().end_object();
  return text;
}

Watch decode_watch(std::string_view text) {
  const json::value value = parse_exact_json(text);
  Watch watch{.metric = std::string(value.at("metric").as_string()),
              .scope = static_cast<Scope>(value.at("scope").to_number<int>()),
              .subject = std::string(value.at("subject").as_string())};
  for (const auto& label : value.at("segment").as_array())
    watch.segment.push_back(label.is_null() ? std::nullopt : std::optional(std::string(label.as_string())));
  for (const auto& name : value.at("breakdown").as_array()) watch.breakdown.emplace_back(name.as_string());
  return watch;
}

std::string encode(const auto& list) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_array();
  for (const auto& item : list) writer.value(item);
  writer.end_array();
  return text;
}

Alert read(const storage::Query& row) {
  Alert alert{.id = row.integer(0),
              .project_id = std::string(row.text(1)),
              .report_id = row.integer(2),
              .name = std::string(row.text(3)),
              .creator = std::string(row.text(4)),
              .creator_email = std::string(row.text(5)),
              .watch = decode_watch(row.text(6)),
              .condition = parse_condition(row.text(7)).value_or(Condition{}),
              .frequency = Millis(row.integer(8)),
              .windows = parse_windows(row.text(9)).value_or(Windows{}),
              .paused = row.integer(10) != 0,
              .problem = std::string(row.text(13)),
              .judged_until = from_unix_ms(row.integer(14)),
              .notified_at = from_unix_ms(row.integer(15))};
  const json::value webhooks = parse_exact_json(row.text(11));
  for (const auto& id : webhooks.as_array()) alert.webhooks.push_back(id.to_number<std::int64_t>());
  const json::value emails = parse_exact_json(row.text(12));
  for (const auto& email : emails.as_array()) alert.emails.emplace_back(email.as_string());
  return alert;
}

std::vector<Alert> read_all(storage::Query rows) {
  std::vector<Alert> alerts;
  while (rows.next()) alerts.push_back(read(rows));
  return alerts;
}

Result<void> check_people(const Alert& alert) {
  if (auto named = registry::check_name("an alert's name", alert.name, kMaxName); !named) return named;
  if (alert.creator.size() > kMaxText) return fail(Kind::kInvalid, "the creator's name is too long");
  if (!alert.creator_email.empty() && !registry::is_email(alert.creator_email))
    return fail(Kind::kInvalid, "creator_email must be one e-mail address");
  if (!std::ranges::all_of(alert.emails, registry::is_email))
    return fail(Kind::kInvalid, "each of emails must be one e-mail address");
  if (alert.webhooks.size() + alert.emails.size() > kMaxReceivers)
    return fail(Kind::kInvalid, fmt::format("an alert has at most {} webhooks and emails", kMaxReceivers));
  if (alert.frequency < std::chrono::minutes(1) || alert.frequency > kLongestFrequency)
    return fail(Kind::kInvalid, "frequency must be from 1m to 31d");
  return {};
}

Result<void> check_places(storage::Database& database, const Alert& alert) {
  if (!registry::find_project(database, alert.project_id))
    return fail(Kind::kNotFound, fmt::format("there is no project {}", alert.project_id));
  const auto same = find_alert(database, alert.project_id, alert.name);
  if (same && same->id != alert.id)
    return fail(Kind::kConflict, fmt::format("the project has an alert \"{}\" already", alert.name));
  for (const std::int64_t id : alert.webhooks) {
    const auto webhook = registry::find_webhook(database, id);
    if (!webhook || webhook->project_id != alert.project_id)
      return fail(Kind::kInvalid, fmt::format("webhooks: there is no webhook {}", id));
  }
  return {};
}

struct Fit {
  reports::Definition definition;
  calendar::TimeZone zone = calendar::TimeZone::utc();
};

/// The alert's report, with the watch completed.
Result<Fit> fit(storage::Database& database, Alert& alert) {
  const auto report = registry::find_report(database, alert.report_id);
  if (!report || report->project_id != alert.project_id)
    return fail(Kind::kInvalid, fmt::format("report_id: there is no report {}", alert.report_id));
  auto definition = reports::parse_definition(report->definition);
  if (!definition) return fail(Kind::kInvalid, "the report is wrong: " + definition.error().describe());
  alert.watch.subject.clear();
  if (const auto wrong = misfit(alert.watch, alert.condition, *definition))
    return fail(Kind::kInvalid, *wrong);
  const auto project = registry::find_project(database, alert.project_id);
  return Fit{std::move(*definition), calendar::TimeZone::find_or_utc(project->time_zone)};
}

bool judges_anew(const Alert& alert, const Alert& before) {
  return before.paused || !before.problem.empty() || alert.report_id != before.report_id ||
         encode(alert.watch) != encode(before.watch);
}

std::string names_of(const std::vector<Alert>& alerts) {
  std::string names;
  for (const Alert& alert : alerts) names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", alert.name);
  return names;
}

void insert(storage::Database& database, const Alert& alert) {
  database.run(
      "INSERT INTO alert (project_id, report_id, name, creator, creator_email, watch, condition, "
      "frequency_ms, windows, paused, webhooks, emails, problem, judged_until, notified_at) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, '', ?13, 0)",
      alert.project_id, alert.report_id, alert.name, alert.creator, alert.creator_email, encode(alert.watch),
      to_json(alert.condition), alert.frequency.count(), to_json(alert.windows), alert.paused,
      encode(alert.webhooks), encode(alert.emails), to_unix_ms(alert.judged_until));
}

void update(storage::Database& database, const Alert& alert) {
  database.run(
      "UPDATE alert "
      "SET report_id = ?2, name = ?3, creator = ?4, creator_email = ?5, watch = ?6, condition = ?7, "
      "frequency_ms = ?8, windows = ?9, paused = ?10, webhooks = ?11, emails = ?12, problem = '', "
      "judged_until = ?13 WHERE id = ?1",
      alert.id, alert.report_id, alert.name, alert.creator, alert.creator_email, encode(alert.watch),
      to_json(alert.condition), alert.frequency.count(), to_json(alert.windows), alert.paused,
      encode(alert.webhooks), encode(alert.emails), to_unix_ms(alert.judged_until));
}

}  // namespace

std::vector<Alert> list_alerts(storage::Database& database, std::string_view project_id) {
  return read_all(
      database.query("SELECT " ALERT_COLUMNS " FROM alert WHERE project_id = ?1 ORDER BY id", project_id));
}

std::vector<Alert> list_active_alerts(storage::Database& database) {
  return read_all(database.query("SELECT " ALERT_COLUMNS
                                 " FROM alert WHERE paused = 0 AND problem = '' ORDER BY report_id, id"));
}

std::vector<Alert> list_alerts_of_report(storage::Database& database, std::int64_t report_id) {
  return read_all(
      database.query("SELECT " ALERT_COLUMNS " FROM alert WHERE report_id = ?1 ORDER BY id", report_id));
}

std::optional<Alert> find_alert(storage::Database& database, std::int64_t id) {
  auto rows = database.query("SELECT " ALERT_COLUMNS " FROM alert WHERE id = ?1", id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::optional<Alert> find_alert(storage::Database& database, std::string_view project_id,
                                std::string_view name) {
  auto rows = database.query("SELECT " ALERT_COLUMNS " FROM alert WHERE project_id = ?1 AND name = ?2",
                             project_id, name);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

Result<std::int64_t> save_alert(storage::Database& database, const Alert& given, Timestamp now) {
  Alert alert = given;
  TRY(check_people(alert));
  TRY(check_places(database, alert));
  const auto fitting = TRY(fit(database, alert));
  const Timestamp from = calendar::bucket_start(fitting.definition.frame().unit, now, fitting.zone);
  if (alert.id == 0) {
    alert.judged_until = calendar::earlier_bucket(fitting.definition.frame().unit, from, 1, fitting.zone);
    insert(database, alert);
    const std::int64_t id = database.last_insert_id();
    note(database, id, now, "created", alert.creator);
    return id;
  }
  const auto before = find_alert(database, alert.id);
  if (!before) return fail(Kind::kNotFound, "there is no such alert");
  alert.judged_until = judges_anew(alert, *before) ? from : before->judged_until;
  update(database, alert);
  if (before->paused != alert.paused) {
    note(database, alert.id, now, alert.paused ? "paused" : "resumed", "");
  } else {
    note(database, alert.id, now, "edited", "");
  }
  return alert.id;
}

Result<void> remove_alert(storage::Database& database, std::int64_t id) {
  if (!find_alert(database, id)) return fail(Kind::kNotFound, "there is no such alert");
  database.run("DELETE FROM notification WHERE alert_id = ?1", id);
  database.run("DELETE FROM firing WHERE alert_id = ?1", id);
  database.run("DELETE FROM alert_event WHERE alert_id = ?1", id);
  database.run("DELETE FROM alert WHERE id = ?1", id);
  return {};
}

Result<void> remove_webhook(storage::Database& database, std::int64_t id) {
  const auto webhook = registry::find_webhook(database, id);
  if (!webhook) return fail(Kind::kNotFound, "there is no such webhook");
  auto users = list_alerts(database, webhook->project_id);
  std::erase_if(users, [&](const Alert& alert) {
    return std::ranges::find(alert.webhooks, id) == alert.webhooks.end();
  });
  if (!users.empty()) {
    return fail(Kind::kConflict,
                fmt::format("the webhook \"{}\" is used by the alerts {}", webhook->name, names_of(users)));
  }
  registry::remove_webhook(database, id);
  return {};
}

Result<void> remove_report(storage::Database& database, std::int64_t id) {
  const auto users = list_alerts_of_report(database, id);
  if (!users.empty())
    return fail(Kind::kConflict, fmt::format("the report is watched by the alerts {}", names_of(users)));
  return registry::remove_report(database, id);
}

std::vector<FitChange> fit_changes(storage::Database& database, std::int64_t report_id,
                                   std::string_view definition) {
  const auto parsed = reports::parse_definition(definition);
  std::vector<FitChange> changes;
  if (!parsed) return changes;
  for (Alert& alert : list_alerts_of_report(database, report_id)) {
    std::string problem = misfit(alert.watch, alert.condition, *parsed).value_or("");
    // Another wording of the same trouble is no news.
    if (problem.empty() != alert.problem.empty()) changes.push_back({std::move(alert), std::move(problem)});
  }
  return changes;
}

void apply_fit_changes(storage::Database& database, const std::vector<FitChange>& changes, Timestamp now) {
  for (const FitChange& change : changes) {
    database.run("UPDATE alert SET problem = ?2, judged_until = ?3 WHERE id = ?1", change.alert.id,
                 change.problem, to_unix_ms(std::max(change.alert.judged_until, now)));
    note(database, change.alert.id, now, change.problem.empty() ? "valid" : "invalid", change.problem);
  }
}

void set_judged(storage::Database& database, std::int64_t id, Timestamp until) {
  database.run("UPDATE alert SET judged_until = ?2 WHERE id = ?1", id, to_unix_ms(until));
}

void set_notified(storage::Database& database, std::int64_t id, Timestamp at) {
  database.run("UPDATE alert SET notified_at = ?2 WHERE id = ?1", id, to_unix_ms(at));
}

}  // namespace bellwether::alerts
