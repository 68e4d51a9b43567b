#include "publisher/api/api.hpp"

#include <array>

#include <fmt/format.h>

#include "api/host_rule.hpp"
#include "api/serving.hpp"
#include "base/encoding.hpp"
#include "publisher/api/routes.hpp"

namespace bellwether::publisher {

namespace {

using Route = api::Route<Call>;

constexpr std::array kRoutes{
    Route{"GET", "/v1/projects", list_projects},
    Route{"GET", "/v1/projects/*", show_project},
    Route{"PUT", "/v1/projects/*", put_project},
    Route{"DELETE", "/v1/projects/*", delete_project},
    Route{"GET", "/v1/projects/*/events", list_events},
    Route{"GET", "/v1/rejects", list_rejects},
    Route{"POST", "/v1/apply", apply_configuration},
    Route{"GET", "/v1/cohorts", list_cohorts},
    Route{"POST", "/v1/cohorts", create_cohort},
    Route{"POST", "/v1/cohorts/preview", preview_definition},
    Route{"GET", "/v1/cohorts/*", show_cohort},
    Route{"PUT", "/v1/cohorts/*", change_cohort},
    Route{"DELETE", "/v1/cohorts/*", delete_cohort},
    Route{"GET", "/v1/cohorts/*/preview", preview_cohort},
    Route{"PUT", "/v1/cohorts/*/list", upload_list},
    Route{"GET", "/v1/reports", list_reports},
    Route{"POST", "/v1/reports", create_report},
    Route{"POST", "/v1/reports/run", run_definition},
    Route{"GET", "/v1/reports/*", show_report},
    Route{"PUT", "/v1/reports/*", change_report},
    Route{"DELETE", "/v1/reports/*", delete_report},
    Route{"GET", "/v1/reports/*/result", show_report_result},
    Route{"GET", "/v1/webhooks", list_webhooks},
    Route{"POST", "/v1/webhooks", create_webhook},
    Route{"GET", "/v1/webhooks/*", show_webhook},
    Route{"PUT", "/v1/webhooks/*", change_webhook},
    Route{"DELETE", "/v1/webhooks/*", delete_webhook},
    Route{"POST", "/v1/webhooks/*/test", test_webhook},
    Route{"GET", "/v1/alerts", list_alerts},
    Route{"POST", "/v1/alerts", create_alert},
    Route{"POST", "/v1/alerts/preview", preview_alert},
    Route{"POST", "/v1/alerts/test", test_unsaved_alert},
    Route{"GET", "/v1/alerts/*", show_alert},
    Route{"PUT", "/v1/alerts/*", change_alert},
    Route{"DELETE", "/v1/alerts/*", delete_alert},
    Route{"POST", "/v1/alerts/*/test", test_alert},
    Route{"POST", "/v1/alerts/*/pause", pause_alert},
    Route{"POST", "/v1/alerts/*/resume", resume_alert},
    Route{"GET", "/v1/alerts/*/root-cause", show_root_cause},
    Route{"GET", "/v1/alerts/*/history", list_alert_history},
    Route{"GET", "/v1/alerts/*/notifications", list_alert_notifications},
    Route{"POST", "/v1/notifications/*/resend", resend_notification},
    Route{"GET", "/v1/destinations", list_destinations},
    Route{"POST", "/v1/destinations", create_destination},
    Route{"GET", "/v1/destinations/*", show_destination},
    Route{"PUT", "/v1/destinations/*", change_destination},
    Route{"DELETE", "/v1/destinations/*", delete_destination},
    Route{"POST", "/v1/destinations/*/test", test_destination},
    Route{"GET", "/v1/syncs", list_syncs},
    Route{"POST", "/v1/syncs", create_sync},
    Route{"GET", "/v1/syncs/*", show_sync},
    Route{"PUT", "/v1/syncs/*", change_sync},
    Route{"DELETE", "/v1/syncs/*", delete_sync},
    Route{"POST", "/v1/syncs/*/run", run_sync},
    Route{"POST", "/v1/syncs/*/pause", pause_sync},
    Route{"POST", "/v1/syncs/*/resume", resume_sync},
    Route{"GET", "/v1/syncs/*/runs", list_runs},
    Route{"GET", "/v1/sync-runs/*", show_run},
    Route{"GET", "/v1/sync-runs/*/attempts", list_attempts},
    Route{"GET", "/v1/sync-runs/*/audit.csv", audit_run},
    Route{"GET", "/cohort-definition.schema.json", show_definition_schema},
    Route{"GET", "/report-definition.schema.json", show_report_schema},
    Route{"GET", "/", show_front_page, api::Access::kPage},
    Route{"GET", "/reports/*", show_report_page, api::Access::kPage},
    Route{"GET", "/alerts/*/edit", show_alert_page, api::Access::kPage},
    Route{"POST", "/alerts/*/edit", change_alert_by_form, api::Access::kPage},
    Route{"GET", "/alerts/*/root-cause", show_root_cause_page, api::Access::kPage},
    Route{"GET", "/login", show_login, api::Access::kOpen},
    Route{"POST", "/login", log_in, api::Access::kOpen},
    Route{"GET", "/style.css", show_style_sheet, api::Access::kOpen},
    Route{"GET", "/icon.svg", show_icon, api::Access::kOpen},
    Route{"GET", "/metrics", show_metrics},
    Route{"GET", "/healthz", show_health, api::Access::kOpen},
    Route{"GET", "/readyz", show_readiness, api::Access::kOpen},
};

}  // namespace

std::expected<std::int64_t, ApiError> Call::id_at(std::size_t index) const {
  const auto id = parse_integer(path[index]);
  if (!id) return api_error(404, "not_found", fmt::format("{} is no id", for_message(path[index])));
  return *id;
}

ApiError to_api_error(const events::EngineError& error) {
  using Kind = events::EngineError::Kind;
  const unsigned status = error.kind == Kind::kUnavailable ? 503 : error.kind == Kind::kTimeout ? 504 : 500;
  return {status, "event_engine", error.message};
}

ApiError to_api_error(const reports::ReportError& error) {
  if (error.is_definition) return {400, "invalid", error.message};
  return to_api_error(error.engine);
}

std::unexpected<ApiError> too_many_tests() {
  return api_error(429, "too_many", "too many connection tests are under way; try again when one has ended");
}

std::unexpected<ApiError> no_such(std::string_view what) {
  return api_error(404, "not_found", fmt::format("there is no such {}", what));
}

Api::Api(const ApiParts& parts)
    : parts_(parts),
      router_(kRoutes, parts.options.admin_token, &parts.sessions),
      workers_(parts.options.admin_threads) {}

std::optional<net::Response> Api::screen(const net::RequestHead& head) {
  const Options& options = parts_.options;
  if (options.admin_token.empty()) {
    const api::HostRule rule{options.admin_listen, options.admin_hosts, options.alerts.evaluator.base_url,
                             "publisher.admin_hosts"};
    if (auto refused = api::screen_host(head, rule)) return refused;
  }
  return router_.screen(head);
}

void Api::handle(net::Request request, net::Respond respond) {
  workers_.answer(std::move(request), std::move(respond), [this](const net::Request& asked) {
    return api::serve(router_, asked, [this](api::Call parsed) { return Call{std::move(parsed), parts_}; });
  });
}

net::Response Api::refuse(const net::Refusal& refusal) {
  return api::render_error({refusal.status, "bad_request", refusal.message});
}

}  // namespace bellwether::publisher
