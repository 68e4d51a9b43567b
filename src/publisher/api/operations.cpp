#include "cohorts/schema.hpp"
#include "publisher/api/render.hpp"
#include "publisher/api/routes.hpp"

namespace bellwether::publisher {

namespace {

bool engine_answers(const Call& call) {
  return call.parts.engine.run("SELECT 1", {}, "Null", {.timeout = std::chrono::seconds(5)}).has_value();
}

}  // namespace

Answer show_metrics(const Call& call) {
  Gauges gauges{.queued_bytes = call.parts.queued_bytes(),
                .rejected = call.parts.rejects.counts(),
                .ready = engine_answers(call) && !call.parts.metrics.refuses_ingestion()};
  const auto reader = call.parts.store.readers().borrow();
  for (const registry::Sync& sync : registry::list_syncs(*reader, ""))
    ++gauges.syncs_by_state[std::string(registry::to_string(sync.state))];
  return api::text_response(call.parts.metrics.to_text(gauges), "text/plain; version=0.0.4; charset=utf-8");
}

Answer show_health(const Call&) {
  return api::json_response(R"({"status":"alive"})");
}

Answer show_readiness(const Call& call) {
  if (const auto failing = call.parts.store.writer().failing())
    return api_error(503, "not_ready", "storage does not take writes: " + failing->message);
  if (!engine_answers(call)) return api_error(503, "not_ready", "the event engine does not answer");
  if (call.parts.metrics.refuses_ingestion())
    return api_error(503, "not_ready", "events cannot be stored now; the log says why");
  return api::json_response(R"({"status":"ready"})");
}

Answer show_definition_schema(const Call&) {
  return api::text_response(std::string(cohorts::definition_schema()), "application/schema+json");
}

}  // namespace bellwether::publisher
