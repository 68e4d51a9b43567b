#include "alerts/message.hpp"

#include <fmt/format.h>

#include "alerts/mail.hpp"
#include "alerts/notification.hpp"
#include "base/json_writer.hpp"
#include "base/shorten.hpp"

namespace bellwether::alerts {

namespace {

using contract::AlertMessage;

/// Slack takes 3,000 characters in a section, of which links need some and "&amp;" five for one.
constexpr std::size_t kMaxSlackName = 80;
constexpr std::size_t kMaxSlackSentence = 280;
constexpr std::size_t kMaxSlackSummary = 500;
/// PagerDuty takes 1,024 characters.
constexpr std::size_t kMaxPagerSummary = 1024;

std::string summary(const AlertMessage& message) {
  return fmt::format("{}: {} is {}, {}", message.alert_name, message.report_name, message.formatted_value,
                     message.sentence);
}

std::string operator_of(const Condition& condition, const Finding& finding) {
  if (condition.kind == Condition::Kind::kBelow) return "<";
  return condition.is_anomaly() && !finding.is_up ? "<" : ">";
}

/// Slack reads &, < and > as its own markup.
std::string escape_slack(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string to_slack(const AlertMessage& message) {
  const auto escaped = [](std::string_view piece, std::size_t most) {
    return escape_slack(shorten(piece, most));
  };
  const std::string text = fmt::format(
      "*{}*\n{} is *{}*: {}\n<{}|Report> · <{}|Root cause> · <{}|Edit alert>",
      escaped(message.alert_name, kMaxSlackName), escaped(message.report_name, kMaxSlackName),
      escaped(message.formatted_value, kMaxSlackName), escaped(message.sentence, kMaxSlackSentence),
      message.report_url, message.root_cause_analysis_url, message.edit_alert_url);
  std::string out;
  JsonWriter json(out);
  json.begin_object()
      .key("text")
      .value(escape_slack(shorten(summary(message), kMaxSlackSummary)))
      .key("blocks")
      .begin_array();
  json.begin_object().key("type").value("section").key("text").begin_object();
  json.key("type").value("mrkdwn").key("text").value(text).end_object().end_object().end_array().end_object();
  return out;
}

std::string to_alertmanager(const AlertMessage& message) {
  std::string out;
  JsonWriter json(out);
  const auto labels = [&](std::string_view key) {
    json.key(key).begin_object().key("alertname").value(message.alert_name);
    json.key("project").value(message.project_name).key("alert_id").value(std::to_string(message.alert_id));
    json.end_object();
  };
  const auto annotations = [&](std::string_view key) {
    json.key(key)
        .begin_object()
        .key("summary")
        .value(summary(message))
        .key("value")
        .value(message.formatted_value);
    json.key("report_url")
        .value(message.report_url)
        .key("runbook_url")
        .value(message.root_cause_analysis_url);
    json.end_object();
  };
  json.begin_object()
      .key("version")
      .value("4")
      .key("groupKey")
      .value(fmt::format("bellwether-{}", message.alert_id));
  json.key("truncatedAlerts").value(0).key("status").value("firing").key("receiver").value("bellwether");
  labels("groupLabels");
  labels("commonLabels");
  annotations("commonAnnotations");
  json.key("externalURL").value(message.report_url).key("alerts").begin_array().begin_object();
  json.key("status").value("firing");
  labels("labels");
  annotations("annotations");
  json.key("startsAt")
      .value(contract::format_fired_at(message.fired_at))
      .key("endsAt")
      .value("0001-01-01T00:00:00Z");
  json.key("generatorURL").value(message.report_url);
  json.key("fingerprint")
      .value(fmt::format("{:016x}", message.alert_id))
      .end_object()
      .end_array()
      .end_object();
  return out;
}

/// What a pager's body begins with. The key stands there only while it is sent: a stored body must not go to
/// another address with the key of this one.
constexpr std::string_view kKeyPrefix = R"({"routing_key":")";

/// The body with the key of the webhook that it goes to. Bodies that an older version stored hold a key.
std::string with_key(std::string_view body, std::string_view key) {
  if (!body.starts_with(kKeyPrefix)) return std::string(body);
  std::size_t end = kKeyPrefix.size();
  while (end < body.size() && body[end] != '"') end += body[end] == '\\' ? 2 : 1;
  std::string out = R"({"routing_key":)";
  append_json_string(out, key);
  if (end < body.size()) out += body.substr(end + 1);
  return out;
}

std::string to_pagerduty(const AlertMessage& message) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("routing_key").value("").key("event_action").value("trigger");
  json.key("dedup_key")
      .value(fmt::format("bellwether-{}", message.alert_id))
      .key("client")
      .value("Bellwether");
  json.key("client_url").value(message.report_url);
  json.key("payload").begin_object().key("summary");
  json.value(cut_to_bytes(summary(message), kMaxPagerSummary));
  json.key("source").value(message.project_name).key("severity").value("warning");
  json.key("timestamp")
      .value(contract::format_fired_at(message.fired_at))
      .key("custom_details")
      .begin_object();
  json.key("value").value(message.formatted_value).key("sentence").value(message.sentence);
  json.key("report").value(message.report_name).end_object().end_object().key("links").begin_array();
  const auto link = [&](std::string_view url, std::string_view text) {
    json.begin_object().key("href").value(url).key("text").value(text).end_object();
  };
  link(message.report_url, "Report");
  link(message.root_cause_analysis_url, "Root cause");
  json.end_array().end_object();
  return out;
}

}  // namespace

AlertMessage to_message(const Alert& alert, const Firing& firing, const Setting& setting, Timestamp fired_at,
                        bool is_test) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(firing.bucket).time_since_epoch().count();
  return {.alert_id = alert.id,
          .alert_name = (is_test ? "[TEST] " : "") + alert.name,
          .creator = alert.creator,
          .creator_email = alert.creator_email,
          .project_id = alert.project_id,
          .project_name = setting.project_name,
          .fired_at = fired_at,
          .condition_type = std::string(type_of(alert.condition)),
          .condition_operator = operator_of(alert.condition, firing.finding),
          .threshold = firing.finding.threshold,
          .current_value = reports::format_number(firing.finding.value),
          .formatted_value = reports::format_value(firing.finding.value, firing.format),
          .sentence = sentence(alert, firing),
          .report_name = setting.report_name,
          .report_type = setting.report_type,
          .report_url = fmt::format("{}/reports/{}?mp_source=webhook&alert_id={}", setting.base_url,
                                    alert.report_id, alert.id),
          .edit_alert_url = fmt::format("{}/alerts/{}/edit", setting.base_url, alert.id),
          .root_cause_analysis_url =
              fmt::format("{}/alerts/{}/root-cause?at={}", setting.base_url, alert.id, seconds)};
}

std::string encode(const AlertMessage& message, const registry::Webhook& webhook) {
  switch (webhook.format) {
    case registry::Webhook::Format::kSlack:
      return to_slack(message);
    case registry::Webhook::Format::kAlertmanager:
      return to_alertmanager(message);
    case registry::Webhook::Format::kPagerduty:
      return to_pagerduty(message);
    default:
      return contract::encode_alert(message);
  }
}

net::ClientRequest request_to(const registry::Webhook& webhook, std::string_view body) {
  net::ClientRequest request{.method = "POST",
                             .url = webhook.url,
                             .headers = {{"Content-Type", "application/json"}, {"User-Agent", "Bellwether"}},
                             .body = {}};
  // A pager's key is in the body.
  const bool is_pager = webhook.format == registry::Webhook::Format::kPagerduty;
  request.body = with_key(body, is_pager ? webhook.password : "");
  const bool basic = !webhook.user.empty() && !is_pager;
  if (basic) request.user = webhook.user;
  if (basic) request.password = webhook.password;
  return request;
}

std::size_t enqueue(storage::Database& database, const Alert& alert, const AlertMessage& message,
                    const std::string& chart, std::optional<std::int64_t> firing_id, Timestamp now) {
  Notification notification{
      .alert_id = alert.id, .firing_id = firing_id, .next_attempt_at = now, .created_at = now};
  std::size_t stored = 0;
  for (const std::int64_t id : alert.webhooks) {
    const auto webhook = registry::find_webhook(database, id);
    if (!webhook || !webhook->enabled) continue;
    notification.webhook_id = id;
    notification.body = encode(message, *webhook);
    insert_notification(database, notification);
    ++stored;
  }
  notification.webhook_id.reset();
  notification.body.clear();
  notification.mail = to_mail(message, chart);
  for (const std::string& email : alert.emails) {
    notification.email = email;
    insert_notification(database, notification);
    ++stored;
  }
  return stored;
}

}  // namespace bellwether::alerts
