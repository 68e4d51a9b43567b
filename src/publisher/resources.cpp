#include "publisher/resources.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.hpp"

namespace bellwether::publisher {

namespace {

void time_or_null(JsonWriter& json, Timestamp at) {
  if (at == Timestamp{}) {
    json.null();
  } else {
    json.value(format_iso8601(at));
  }
}

}  // namespace

registry::Webhook::Format read_webhook_format(const Fields& fields) {
  const auto format = registry::parse_webhook_format(fields.text_or("format", "mixpanel"));
  if (!format)
    throw ParseError{"",
                     fields.at("format") + R"( must be "mixpanel", "slack", "alertmanager" or "pagerduty")"};
  return *format;
}

registry::Project read_project(const Fields& fields, std::string id) {
  registry::Project project{
      std::move(id), fields.text("name"), fields.text("token"), fields.text_or("secret", ""), {}, "UTC"};
  const auto items = fields.items("service_accounts");
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Fields account(*items[i], fmt::format("{}[{}]", fields.at("service_accounts"), i),
                         {"user", "password"});
    project.accounts.push_back({account.text("user"), account.text("password")});
  }
  project.time_zone = fields.text_or("time_zone", project.time_zone);
  project.priority_properties = fields.texts("priority_properties");
  std::ranges::sort(project.accounts, {}, &registry::ServiceAccount::user);
  return project;
}

void render(JsonWriter& json, const registry::Project& project) {
  json.begin_object().key("id").value(project.id).key("name").value(project.name);
  json.key("time_zone").value(project.time_zone);
  json.key("priority_properties").begin_array();
  for (const std::string& property : project.priority_properties) json.value(property);
  json.end_array().key("token").value(project.token).key("has_secret").value(!project.secret.empty());
  json.key("service_accounts").begin_array();
  for (const auto& account : project.accounts) json.value(account.user);
  json.end_array().end_object();
}

void render(JsonWriter& json, const registry::Cohort& cohort) {
  json.begin_object().key("id").value(cohort.id).key("project_id").value(cohort.project_id);
  json.key("name").value(cohort.name).key("description").value(cohort.description);
  json.key("kind").value(cohort.upload.empty() ? "definition" : "list").key("definition");
  json.raw(cohort.definition.empty() ? "null" : cohort.definition);
  json.key("changed_at").value(format_iso8601(cohort.changed_at)).end_object();
}

void render(JsonWriter& json, const registry::Destination& destination) {
  json.begin_object().key("id").value(destination.id).key("project_id").value(destination.project_id);
  json.key("name")
      .value(destination.name)
      .key("url")
      .value(destination.url)
      .key("user")
      .value(destination.user);
  json.key("has_password").value(!destination.password.empty()).key("enabled").value(destination.enabled);
  json.end_object();
}

void render(JsonWriter& json, const registry::Report& report) {
  json.begin_object().key("id").value(report.id).key("project_id").value(report.project_id);
  json.key("name").value(report.name).key("description").value(report.description);
  json.key("definition").raw(report.definition);
  json.key("changed_at").value(format_iso8601(report.changed_at)).end_object();
}

void render(JsonWriter& json, const registry::Webhook& webhook) {
  json.begin_object().key("id").value(webhook.id).key("project_id").value(webhook.project_id);
  json.key("name").value(webhook.name).key("url").value(webhook.url).key("user").value(webhook.user);
  json.key("has_password").value(!webhook.password.empty()).key("enabled").value(webhook.enabled);
  json.key("format").value(registry::to_string(webhook.format)).end_object();
}

void render(JsonWriter& json, const alerts::Alert& alert) {
  json.begin_object().key("id").value(alert.id).key("project_id").value(alert.project_id);
  json.key("report_id").value(alert.report_id).key("name").value(alert.name);
  json.key("creator").value(alert.creator).key("creator_email").value(alert.creator_email);
  json.key("metric").value(alert.watch.metric).key("segment");
  if (alert.watch.scope == alerts::Watch::Scope::kAny) {
    json.value("any");
  } else {
    reports::render(json, alert.watch.segment);
  }
  json.key("condition").raw(alerts::to_json(alert.condition));
  json.key("frequency_seconds")
      .value(std::chrono::duration_cast<std::chrono::seconds>(alert.frequency).count());
  json.key("windows").raw(alerts::to_json(alert.windows)).key("paused").value(alert.paused);
  json.key("state").value(!alert.problem.empty() ? "invalid" : alert.paused ? "paused" : "active");
  json.key("problem").value(alert.problem).key("webhooks").begin_array();
  for (const std::int64_t id : alert.webhooks) json.value(id);
  json.end_array().key("emails").begin_array();
  for (const std::string& email : alert.emails) json.value(email);
  json.end_array().key("judged_until").value(format_iso8601(alert.judged_until)).key("last_notified_at");
  time_or_null(json, alert.notified_at);
  json.end_object();
}

void render(JsonWriter& json, const alerts::Event& event) {
  json.begin_object().key("id").value(event.id).key("at").value(format_iso8601(event.at));
  json.key("kind").value(event.kind).key("detail").value(event.detail).end_object();
}

void render(JsonWriter& json, const alerts::Notification& notification) {
  json.begin_object().key("id").value(notification.id).key("alert_id").value(notification.alert_id);
  json.key("firing_id");
  notification.firing_id ? json.value(*notification.firing_id) : json.null();
  json.key("webhook_id");
  notification.webhook_id ? json.value(*notification.webhook_id) : json.null();
  json.key("email").value(notification.email).key("state").value(notification.state);
  json.key("attempts").value(notification.attempts).key("status").value(notification.status);
  json.key("message")
      .value(notification.message)
      .key("created_at")
      .value(format_iso8601(notification.created_at));
  json.key("ended_at");
  time_or_null(json, notification.ended_at);
  json.end_object();
}

void render(JsonWriter& json, const sync::Run& run) {
  json.begin_object()
      .key("id")
      .value(run.id)
      .key("sync_id")
      .value(run.sync_id)
      .key("number")
      .value(run.number);
  json.key("session_id").value(run.session_id).key("full").value(run.full);
  json.key("phase").value(sync::to_string(run.phase)).key("end").value(sync::to_string(run.end));
  json.key("message").value(run.message).key("members").value(run.counts.members());
  json.key("entered").value(run.counts.entered).key("left").value(run.counts.left);
  json.key("pages")
      .begin_object()
      .key("delivered")
      .value(run.page - 1)
      .key("total")
      .value(run.total_pages)
      .end_object();
  json.key("attempts")
      .value(run.attempts)
      .key("started_at")
      .value(format_iso8601(run.started_at))
      .key("ended_at");
  time_or_null(json, run.ended_at);
  json.key("seconds");
  if (run.ended()) {
    json.value(std::chrono::duration<double>(run.ended_at - run.started_at).count());
  } else {
    json.null();
  }
  json.end_object();
}

void render(JsonWriter& json, const sync::Attempt& attempt) {
  json.begin_object()
      .key("id")
      .value(attempt.id)
      .key("run_id")
      .value(attempt.run_id)
      .key("page")
      .value(attempt.page);
  json.key("at").value(format_iso8601(attempt.at)).key("request_id").value(attempt.request_id).key("status");
  if (attempt.status == 0) {
    json.null();
  } else {
    json.value(attempt.status);
  }
  json.key("latency_ms").value(attempt.latency.count()).key("verdict").value(attempt.verdict);
  json.key("message")
      .value(attempt.message)
      .key("answer")
      .value(for_message(attempt.answer, sync::kKeptAnswer));
  json.end_object();
}

SyncView view_of(storage::Database& database, const registry::Sync& sync) {
  SyncView view{sync, "", "", sync::find_snapshot(database, sync.id), std::nullopt};
  if (const auto cohort = registry::find_cohort(database, sync.cohort_id)) view.cohort = cohort->name;
  if (const auto destination = registry::find_destination(database, sync.destination_id))
    view.destination = destination->name;
  const auto runs = sync::list_runs(database, sync.id, std::nullopt, 1);
  if (!runs.empty()) view.run = runs.front();
  return view;
}

void render(JsonWriter& json, const SyncView& view) {
  const registry::Sync& sync = view.sync;
  json.begin_object().key("id").value(sync.id).key("project_id").value(sync.project_id);
  json.key("cohort_id").value(sync.cohort_id).key("cohort").value(view.cohort);
  json.key("destination_id").value(sync.destination_id).key("destination").value(view.destination);
  json.key("properties").begin_array();
  for (const std::string& name : sync.properties) json.value(name);
  json.end_array().key("recurring").value(sync.recurring).key("owner").value(sync.owner);
  json.key("state").value(registry::to_string(sync.state)).key("note").value(sync.note);
  json.key("next_run_at");
  const bool runs = sync.state == registry::SyncState::kActive;
  time_or_null(json, runs ? sync.next_run_at : Timestamp{});
  json.key("members");
  if (view.snapshot) {
    json.value(view.snapshot->members).key("last_success_at").value(format_iso8601(view.snapshot->taken_at));
  } else {
    json.null().key("last_success_at").null();
  }
  json.key("run");
  if (view.run) {
    render(json, *view.run);
  } else {
    json.null();
  }
  json.end_object();
}

}  // namespace bellwether::publisher
