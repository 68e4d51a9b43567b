#include "base/encoding.hpp"
#include "base/utf8.hpp"
#include "contract/asyncapi.hpp"
#include "feed/feed.hpp"
#include "mirror/views.hpp"
#include "subscriber/answers.hpp"
#include "subscriber/api/call.hpp"
#include "subscriber/api/routes.hpp"
#include "subscriber/rejected_requests.hpp"

namespace bellwether::subscriber {

namespace {

void render_rejected_request(JsonWriter& json, const rejected_requests::RejectedRequest& reject) {
  json.begin_object().key("id").value(reject.id).key("at").value(format_iso8601(reject.at));
  json.key("path").value(reject.path).key("peer").value(reject.peer).key("status").value(reject.status);
  json.key("reason").value(reject.reason).key("headers").raw(reject.headers);
  json.key("body_bytes").value(reject.body_bytes);
  // A refused body may be anything; JSON can only carry text.
  if (is_utf8(reject.body)) {
    json.key("body").value(reject.body);
  } else {
    json.key("body_base64").value(to_base64(reject.body));
  }
  json.end_object();
}

}  // namespace

Answer list_rejected_requests(const Call& call) {
  const auto limit = call.limit();
  const auto after = call.number("after");
  if (!limit) return std::unexpected(limit.error());
  if (!after) return std::unexpected(after.error());
  const auto reader = call.readers.borrow();
  const auto found = rejected_requests::list(*reader, *after, *limit + 1);
  return list_response(found, *limit, render_rejected_request,
                       [](const auto& reject) { return std::to_string(reject.id); });
}

Answer show_metrics(const Call& call) {
  const auto reader = call.readers.borrow();
  const Gauges gauges{.mirror = mirror::count_mirror(*reader),
                      .feed_position = feed::last_seq(*reader),
                      .queue_depth = call.probes.queue_depth(),
                      .connections = call.probes.connections(),
                      .ready = !call.probes.failing()};
  return text_response(call.metrics.to_text(gauges), "text/plain; version=0.0.4; charset=utf-8");
}

Answer show_health(const Call&) {
  return json_response(R"({"status":"alive"})");
}

Answer show_readiness(const Call& call) {
  const auto failing = call.probes.failing();
  if (!failing) return json_response(R"({"status":"ready"})");
  return api_error(503, "not_ready", describe(*failing));
}

Answer show_asyncapi(const Call& call) {
  const auto document = contract::asyncapi_document(call.parameter("version").value_or("3.1"));
  if (!document) return api_error(400, "bad_parameter", "version must be 2.6 or 3.1");
  return text_response(std::string(*document), "application/yaml");
}

}  // namespace bellwether::subscriber
