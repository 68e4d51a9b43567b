#include "subscriber/api/api.hpp"

#include <array>

#include "base/log.hpp"
#include "subscriber/api/routes.hpp"

namespace bellwether::subscriber {

namespace {

struct Route {
  std::string_view path;  ///< '*' stands for one segment
  Answer (*answer)(const Call&);
  bool open = false;  ///< without the token
};

constexpr std::array kRoutes{
    Route{"/v1/cohorts", list_cohorts},
    Route{"/v1/cohorts/*/*", show_cohort},
    Route{"/v1/cohorts/*/*/members", list_members},
    Route{"/v1/cohorts/*/*/members/*", show_member},
    Route{"/v1/cohorts/*/*/doubts", list_doubts},
    Route{"/v1/members/*/cohorts", list_cohorts_of_member},
    Route{"/v1/sessions", list_sessions},
    Route{"/v1/changes", list_changes},
    Route{"/v1/alerts", list_alerts},
    Route{"/v1/alerts/*", show_alert},
    Route{"/v1/rejects", list_rejects},
    Route{"/metrics", show_metrics},
    Route{"/healthz", show_health, true},
    Route{"/readyz", show_readiness, true},
    Route{"/asyncapi.yaml", show_asyncapi},
};

std::string_view take_segment(std::string_view& path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

/// Compares undecoded: an escaped slash does not part segments.
bool matches(std::string_view pattern, std::string_view path) {
  while (!pattern.empty() && !path.empty()) {
    const std::string_view expected = take_segment(pattern);
    const std::string_view segment = take_segment(path);
    if (expected == "*" ? segment.empty() : expected != segment) return false;
  }
  return pattern.empty() && path.empty();
}

const Route* find_route(std::string_view path) {
  for (const Route& route : kRoutes) {
    if (matches(route.path, path)) return &route;
  }
  return nullptr;
}

}  // namespace

Api::Api(const Options& options, storage::ReaderPool& readers, const Metrics& metrics, ApiProbes probes)
    : options_(options),
      readers_(readers),
      metrics_(metrics),
      probes_(std::move(probes)),
      token_(options.admin_token) {}

std::optional<net::Response> Api::screen(const net::RequestHead& head) {
  const Route* route = find_route(head.path);
  const bool open = route != nullptr && route->open;
  if (!open && !token_.accepts(head.header("Authorization"))) {
    net::Response response = render_error(
        {401, "unauthorized", "send the header Authorization: Bearer TOKEN with the configured token"});
    response.headers.push_back({"WWW-Authenticate", "Bearer"});
    return response;
  }
  if (route == nullptr)
    return render_error({404, "not_found", "there is nothing at this path; see docs/api.md"});
  if (head.method != "GET" && head.method != "HEAD") {
    net::Response response = render_error({405, "method_not_allowed", "this can only be read: use GET"});
    response.headers.push_back({"Allow", "GET, HEAD"});
    return response;
  }
  return std::nullopt;
}

void Api::handle(net::Request request, net::Respond respond) {
  respond(answer(request));
}

net::Response Api::answer(const net::Request& request) const {
  auto path = net::split_path(request.path);
  auto parameters = net::split_query(request.query);
  if (!path || !parameters) return render_error({400, "bad_url", "the URL has a broken % escape"});
  const Call call{request, std::move(*path), std::move(*parameters), options_, readers_, metrics_, probes_};
  try {
    Answer answered = find_route(request.path)->answer(call);
    return answered ? std::move(*answered) : render_error(answered.error());
  } catch (const storage::StorageError& error) {
    log::warn("a read failed", {{"path", request.path}, {"error", error.what()}});
    return render_error({503, "storage_unavailable", "the data cannot be read now; the log says why"});
  }
}

net::Response Api::refuse(const net::Refusal& refusal) {
  return render_error({refusal.status, "bad_request", refusal.message});
}

}  // namespace bellwether::subscriber
