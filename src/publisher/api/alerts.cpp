#include <boost/json.hpp>
#include <fmt/format.h>

#include "alerts/alert_store.hpp"
#include "alerts/history.hpp"
#include "alerts/mail.hpp"
#include "alerts/message.hpp"
#include "alerts/notification.hpp"
#include "base/error.hpp"
#include "base/shorten.hpp"
#include "net/http_client.hpp"
#include "publisher/alert_fields.hpp"
#include "publisher/alert_trial.hpp"
#include "publisher/api/actions.hpp"
#include "publisher/api/render.hpp"
#include "publisher/api/routes.hpp"
#include "publisher/report_runner.hpp"

namespace bellwether::publisher {

namespace {

constexpr std::int64_t kMaxTrialBuckets = 500;
constexpr std::int64_t kUsualTrialBuckets = 30;

#define ALERT_FIELDS                                                                                   \
  "name", "report_id", "metric", "segment", "condition", "frequency", "windows", "paused", "webhooks", \
      "emails", "creator", "creator_email"

/// All of an alert, its webhooks by id.
void read_all(alerts::Alert& alert, const Fields& fields) {
  read_into(alert, fields);
  if (fields.has("report_id")) alert.report_id = fields.integer("report_id");
  if (!fields.has("webhooks")) return;
  alert.webhooks.clear();
  for (const boost::json::value* id : fields.items("webhooks")) {
    if (!id->is_int64()) throw ParseError{"", "webhooks must be an array of ids"};
    alert.webhooks.push_back(id->get_int64());
  }
}

/// Which metric, when none was named.
void complete(storage::Database& database, alerts::Alert& alert) {
  if (!alert.watch.metric.empty()) return;
  const auto report = registry::find_report(database, alert.report_id);
  const auto definition =
      report ? reports::parse_definition(report->definition) : std::unexpected(ParseError{});
  if (definition) alert.watch.metric = first_metric(*definition);
}

Answer save(const Call& call, const alerts::Alert& given, unsigned status) {
  const auto saved = TRY(save_alert(call, given));
  return show(saved, status);
}

std::expected<alerts::Alert, ApiError> read_body(const Call& call) {
  alerts::Alert alert;
  const auto read = read_json(call.request.body, [&](const boost::json::value& value) {
    const Fields fields(value, "", {"project_id", ALERT_FIELDS});
    alert.project_id = fields.text("project_id");
    if (!fields.has("condition")) throw ParseError{"", "condition is missing"};
    alert.report_id = fields.integer("report_id");
    read_all(alert, fields);
  });
  if (!read) return std::unexpected(read.error());
  return alert;
}

Answer change_paused(const Call& call, bool paused) {
  auto alert = TRY(find_alert(call, 2));
  if (alert.paused == paused) return show(alert);
  alert.paused = paused;
  return save(call, alert, 200);
}

void optional_number(JsonWriter& json, std::string_view key, bool known, double value) {
  json.key(key);
  if (known) {
    json.value(value);
  } else {
    json.null();
  }
}

std::string render_trial(const alerts::Alert& alert, const std::vector<TrialBucket>& buckets) {
  std::string body;
  JsonWriter json(body);
  std::size_t fired = 0;
  json.begin_object().key("buckets").begin_array();
  for (const TrialBucket& bucket : buckets) {
    const alerts::Observation& seen = bucket.observation;
    json.begin_object().key("at").value(format_iso8601(bucket.start));
    json.key("segment");
    reports::render(json, reports::shortened(bucket.segment, kDetailCharacters));
    optional_number(json, "value", seen.value.has_value(), seen.value.value_or(0));
    optional_number(json, "expected", seen.has_band, seen.expected);
    optional_number(json, "lower", seen.has_band, seen.lower);
    optional_number(json, "upper", seen.has_band, seen.upper);
    json.key("fires").value(bucket.firing.has_value()).key("sentence");
    json.value(bucket.firing ? sentence(alert, *bucket.firing) : "").end_object();
    fired += bucket.firing ? 1 : 0;
  }
  json.end_array().key("fired").value(fired);
  const bool too_young =
      alert.condition.is_anomaly() && !buckets.empty() && !buckets.back().observation.has_band;
  json.key("message").value(too_young ? "too little history to say what is unusual" : "").end_object();
  return body;
}

/// Sends the payload once, and tells what came of it.
void send_test(JsonWriter& json, const Call& call, const registry::Webhook& webhook,
               const std::string& body) {
  net::ClientRequest request = alerts::request_to(webhook, body);
  request.response_bytes = call.parts.options.syncs.response_bytes;
  request.timeouts = {.first_byte = std::chrono::seconds(10), .whole = std::chrono::seconds(15)};
  net::HttpClient client({.guard = &call.parts.guard, .ca_file = call.parts.options.syncs.ca_file});
  const retry_policy::Attempt attempt = client.send(request);
  const auto judgement = retry_policy::judge_alert(attempt, system_now());
  json.begin_object().key("webhook").value(webhook.name).key("status");
  if (attempt) {
    json.value(attempt->status);
  } else {
    json.null();
  }
  json.key("ok")
      .value(judgement.verdict == retry_policy::Verdict::kDelivered)
      .key("message")
      .value(judgement.message);
  json.end_object();
}

void send_test(JsonWriter& json, const Call& call, const std::string& email,
               const alerts::MailContent& mail) {
  const NotifyOptions& notify = call.parts.options.notify;
  json.begin_object().key("email").value(email).key("ok");
  if (notify.smtp.url.empty()) {
    json.value(false).key("message").value("no mail server is configured: set notify.smtp_url").end_object();
    return;
  }
  const auto sent =
      alerts::send(notify.smtp, notify.from, email, mail, system_now(), std::chrono::seconds(15));
  json.value(sent.has_value()).key("message").value(sent ? "" : sent.error().message).end_object();
}

Answer send_tests(const Call& call, alerts::Alert alert) {
  const auto place = call.parts.connection_tests.take();
  if (!place) return too_many_tests();
  auto trial = TRY(prepare_trial(call, alert));
  const auto& evaluation = call.parts.options.alerts.evaluator.evaluation;
  const auto buckets = try_alert(trial.context, alert, trial.definition, evaluation, alerts::kMailedBuckets);
  if (!buckets) return std::unexpected(to_api_error(buckets.error()));
  const TrialBucket& latest = buckets->back();
  const Timestamp end =
      calendar::next_bucket(trial.definition.frame().unit, latest.start, trial.context.zone);
  const auto firing = pretend(alert, latest, end, format_of(trial.definition, alert.watch.metric));
  const auto message = alerts::to_message(alert, firing, trial.setting, system_now(), true);
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("would_fire").value(latest.firing.has_value()).key("sent").begin_array();
  for (const registry::Webhook& webhook : trial.webhooks)
    send_test(json, call, webhook, alerts::encode(message, webhook));
  const auto mail = alerts::to_mail(message, alerts::draw(course_of(trial, alert, *buckets)).text());
  for (const std::string& email : alert.emails) send_test(json, call, email, mail);
  json.end_array().key("payload").raw(contract::encode_alert(message)).end_object();
  return api::json_response(std::move(body));
}

/// What the store lists of the alert in the path, the newest first.
template <typename List>
Answer list_of_alert(const Call& call, List&& list) {
  const auto id = TRY(call.id_at(2));
  const auto limit = TRY(call.limit());
  const auto before = TRY(call.number("before"));
  const auto reader = call.parts.store.readers().borrow();
  if (!alerts::find_alert(*reader, id)) return no_such("alert");
  return api::list_response(
      list(*reader, id, before, limit + 1), limit,
      [](JsonWriter& json, const auto& one) { render(json, one); },
      [](const auto& one) { return std::to_string(one.id); });
}

}  // namespace

alerts::AlertCourse course_of(const Trial& trial, const alerts::Alert& alert,
                              const std::vector<TrialBucket>& buckets) {
  alerts::AlertCourse course{
      .name = shorten(reports::describe(alert.watch.segment, alert.watch.metric), kReadableCharacters),
      .condition = alert.condition,
      .format = format_of(trial.definition, alert.watch.metric),
      .unit = trial.definition.frame().unit,
      .zone = trial.context.zone};
  for (const TrialBucket& bucket : buckets)
    course.buckets.push_back({bucket.start, bucket.observation, bucket.firing.has_value()});
  return course;
}

Done<alerts::Alert> find_alert(const Call& call, std::size_t segment) {
  const auto id = TRY(call.id_at(segment));
  const auto reader = call.parts.store.readers().borrow();
  auto alert = alerts::find_alert(*reader, id);
  if (!alert) return no_such("alert");
  return std::move(*alert);
}

Done<alerts::Alert> save_alert(const Call& call, const alerts::Alert& given) {
  auto saved =
      call.parts.store.change<alerts::Alert>([&](storage::Database& database) -> Result<alerts::Alert> {
        alerts::Alert alert = given;
        complete(database, alert);
        const auto id = TRY(alerts::save_alert(database, alert, system_now()));
        return *alerts::find_alert(database, id);
      });
  if (saved) call.parts.alert_scheduler.wake();
  return saved;
}

Done<Trial> prepare_trial(const Call& call, alerts::Alert& alert) {
  const auto reader = call.parts.store.readers().borrow();
  const auto report = registry::find_report(*reader, alert.report_id);
  const auto project = registry::find_project(*reader, alert.project_id);
  if (!report || !project || report->project_id != project->id) return no_such("report");
  auto definition = reports::parse_definition(report->definition);
  if (!definition) return api_error(400, "invalid", "definition: " + definition.error().describe());
  if (alert.watch.metric.empty()) alert.watch.metric = first_metric(*definition);
  if (const auto wrong = alerts::misfit(alert.watch, alert.condition, *definition))
    return api_error(400, "invalid", *wrong);
  Trial trial{
      report_context(*reader, call.parts.engine, *project, system_now(), call.parts.options.query_timeout),
      std::move(*definition),
      {call.parts.options.alerts.evaluator.base_url, project->name, report->name, ""},
      {}};
  trial.context.most_segments = call.parts.options.alerts.evaluator.most_segments;
  trial.setting.report_type = reports::to_string(trial.definition.kind);
  for (const std::int64_t id : alert.webhooks) {
    if (auto webhook = registry::find_webhook(*reader, id)) trial.webhooks.push_back(std::move(*webhook));
  }
  return trial;
}

Answer list_alerts(const Call& call) {
  const auto project = TRY(project_parameter(call));
  const auto reader = call.parts.store.readers().borrow();
  return show_all(alerts::list_alerts(*reader, project));
}

Answer create_alert(const Call& call) {
  const auto alert = TRY(read_body(call));
  return save(call, alert, 201);
}

Answer show_alert(const Call& call) {
  const auto alert = TRY(find_alert(call, 2));
  return show(alert);
}

Answer change_alert(const Call& call) {
  auto alert = TRY(find_alert(call, 2));
  const auto read = read_json(call.request.body, [&](const boost::json::value& value) {
    read_all(alert, Fields(value, "", {ALERT_FIELDS}));
  });
  if (!read) return std::unexpected(read.error());
  return save(call, alert, 200);
}

Answer delete_alert(const Call& call) {
  const auto id = TRY(call.id_at(2));
  const auto gone = call.parts.store.change<void>(
      [&](storage::Database& database) { return alerts::remove_alert(database, id); });
  if (!gone) return std::unexpected(gone.error());
  return no_content();
}

Answer pause_alert(const Call& call) {
  return change_paused(call, true);
}

Answer resume_alert(const Call& call) {
  return change_paused(call, false);
}

Answer test_alert(const Call& call) {
  auto alert = TRY(find_alert(call, 2));
  return send_tests(call, std::move(alert));
}

Answer test_unsaved_alert(const Call& call) {
  auto alert = TRY(read_body(call));
  return send_tests(call, std::move(alert));
}

Answer preview_alert(const Call& call) {
  const auto asked = TRY(call.number("buckets"));
  const std::int64_t buckets = asked.value_or(kUsualTrialBuckets);
  if (buckets < 1 || buckets > kMaxTrialBuckets)
    return api_error(400, "bad_parameter", fmt::format("buckets must be from 1 to {}", kMaxTrialBuckets));
  auto alert = TRY(read_body(call));
  const auto trial = TRY(prepare_trial(call, alert));
  const auto tried =
      try_alert(trial.context, alert, trial.definition, call.parts.options.alerts.evaluator.evaluation,
                static_cast<std::size_t>(buckets));
  if (!tried) return std::unexpected(to_api_error(tried.error()));
  return api::json_response(render_trial(alert, *tried));
}

Answer list_alert_history(const Call& call) {
  return list_of_alert(call, alerts::list_events);
}

Answer list_alert_notifications(const Call& call) {
  return list_of_alert(call, alerts::list_notifications);
}

Answer resend_notification(const Call& call) {
  const auto id = TRY(call.id_at(2));
  const auto sent = call.parts.store.change<alerts::Notification>(
      [&](storage::Database& database) -> Result<alerts::Notification> {
        const auto before = alerts::find_notification(database, id);
        if (!before) return fail(Error::Kind::kNotFound, "there is no such notification");
        if (before->state != "failed")
          return fail(Error::Kind::kConflict, "only a failed notification is sent again");
        alerts::send_again(database, id, system_now());
        return *alerts::find_notification(database, id);
      });
  if (!sent) return std::unexpected(sent.error());
  call.parts.notification_sender.wake();
  return show(*sent, 202);
}

}  // namespace bellwether::publisher
