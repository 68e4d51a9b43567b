#include <fmt/format.h>

#include "base/encoding.hpp"
#include "inbox/inbox.hpp"
#include "subscriber/api/call.hpp"
#include "subscriber/api/routes.hpp"

namespace bellwether::subscriber {

namespace {

void render_alert(JsonWriter& json, const inbox::StoredAlert& stored) {
  const contract::CustomAlert& alert = stored.alert;
  const auto field = [&json](std::string_view key, const std::optional<std::string>& value) {
    json.key(key);
    optional_value(json, value);
  };
  json.begin_object().key("id").value(stored.id).key("received_at").value(format_iso8601(stored.received_at));
  field("project_id", alert.project_id);
  field("alert_id", alert.alert_id);
  field("name", alert.alert_name);
  field("fired_at", alert.fired_at);
  field("report_type", alert.report_type);
  field("report_name", alert.report_name);
  field("sentence", alert.sentence);
  json.key("test").value(stored.test).key("unknown").value(alert.is_unknown);
  json.key("payload").raw(trim(stored.payload).empty() ? "null" : stored.payload).end_object();
}

}  // namespace

Answer list_alerts(const Call& call) {
  const auto limit = call.limit();
  const auto after = call.number("after");
  const auto from = call.time("from");
  const auto until = call.time("until");
  if (!limit) return std::unexpected(limit.error());
  if (!after) return std::unexpected(after.error());
  if (!from) return std::unexpected(from.error());
  if (!until) return std::unexpected(until.error());
  const inbox::Filter filter{.project_id = call.parameter("project"),
                             .alert_id = call.parameter("alert"),
                             .report_type = call.parameter("report_type"),
                             .from = *from,
                             .until = *until,
                             .before_id = *after};
  const auto reader = call.readers.borrow();
  const auto alerts = inbox::list(*reader, filter, *limit + 1);
  return list_response(alerts, *limit, render_alert,
                       [](const auto& alert) { return std::to_string(alert.id); });
}

Answer show_alert(const Call& call) {
  const auto id = parse_integer(call.path[2]);
  const auto reader = call.readers.borrow();
  const auto alert = id ? inbox::find(*reader, *id) : std::nullopt;
  if (!alert)
    return api_error(404, "not_found",
                     fmt::format("there is no alert {} in the inbox", for_message(call.path[2])));
  std::string body;
  JsonWriter json(body);
  render_alert(json, *alert);
  return json_response(std::move(body));
}

}  // namespace bellwether::subscriber
