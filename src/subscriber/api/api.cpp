#include "subscriber/api/api.hpp"

#include <array>

#include "api/host_rule.hpp"
#include "api/serving.hpp"
#include "subscriber/api/routes.hpp"

namespace bellwether::subscriber {

namespace {

using Route = api::Route<Call>;

constexpr std::size_t kCallThreads = 2;

constexpr std::array kRoutes{
    Route{"GET", "/v1/cohorts", list_cohorts},
    Route{"GET", "/v1/cohorts/*/*", show_cohort},
    Route{"GET", "/v1/cohorts/*/*/members", list_members},
    Route{"GET", "/v1/cohorts/*/*/members/*", show_member},
    Route{"GET", "/v1/cohorts/*/*/doubts", list_doubts},
    Route{"GET", "/v1/members/*/cohorts", list_cohorts_of_member},
    Route{"GET", "/v1/sessions", list_sessions},
    Route{"GET", "/v1/changes", list_changes},
    Route{"GET", "/v1/alerts", list_alerts},
    Route{"GET", "/v1/alerts/*", show_alert},
    Route{"GET", "/v1/rejects", list_rejected_requests},
    Route{"GET", "/metrics", show_metrics},
    Route{"GET", "/healthz", show_health, api::Access::kOpen},
    Route{"GET", "/readyz", show_readiness, api::Access::kOpen},
    Route{"GET", "/asyncapi.yaml", show_asyncapi},
};

}  // namespace

Api::Api(const Options& options, storage::ReaderPool& readers, const Metrics& metrics, ApiProbes probes)
    : options_(options),
      readers_(readers),
      metrics_(metrics),
      probes_(std::move(probes)),
      router_(kRoutes, options.admin_token),
      workers_(kCallThreads) {}

std::optional<net::Response> Api::screen(const net::RequestHead& head) {
  if (options_.admin_token.empty()) {
    const api::HostRule rule{options_.admin_listen, options_.admin_hosts, "", "admin.hosts"};
    if (auto refused = api::screen_host(head, rule)) return refused;
  }
  return router_.screen(head);
}

void Api::handle(net::Request request, net::Respond respond) {
  workers_.answer(std::move(request), std::move(respond), [this](const net::Request& asked) {
    return api::serve(router_, asked, [this](api::Call parsed) {
      return Call{std::move(parsed), options_, readers_, metrics_, probes_};
    });
  });
}

net::Response Api::refuse(const net::Refusal& refusal) {
  return api::render_error({refusal.status, "bad_request", refusal.message});
}

}  // namespace bellwether::subscriber
