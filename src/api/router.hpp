#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "api/answer.hpp"
#include "api/browser.hpp"
#include "api/sessions.hpp"
#include "net/credentials.hpp"

namespace bellwether::api {

/// Who may make a call.
enum class Access : std::uint8_t {
  kToken,  ///< who has the token; a browser's session may read
  kPage,   ///< the same, and a browser's session may also change; without one it is sent to the login page
  kOpen,
};

/// One call that an API takes. `Context` is what the service's calls are given.
template <typename Context>
struct Route {
  std::string_view method;  ///< a GET is also answered to HEAD
  std::string_view path;    ///< '*' stands for one segment
  Answer (*answer)(const Context&);
  Access access = Access::kToken;
};

/// Compares undecoded: an escaped slash does not part segments.
bool path_matches(std::string_view pattern, std::string_view path);
net::Response refuse_token();
net::Response refuse_other_site();
net::Response refuse_path();
net::Response refuse_method(const std::string& allowed);

/// Finds the call, and screens requests: the token, the path, the method.
template <typename Context>
class Router {
 public:
  /// `routes` and `sessions` outlive it. Without `sessions` only the token opens it.
  Router(std::span<const Route<Context>> routes, std::string token, const Sessions* sessions = nullptr)
      : routes_(routes), token_(std::move(token)), sessions_(sessions) {}

  const Route<Context>* find(std::string_view method, std::string_view path) const {
    const auto found = std::ranges::find_if(
        routes_, [&](const auto& route) { return takes(route, method) && path_matches(route.path, path); });
    return found == routes_.end() ? nullptr : &*found;
  }

  std::optional<net::Response> screen(const net::RequestHead& head) const {
    const Route<Context>* route = find(head.method, head.path);
    const Access access = route == nullptr ? Access::kToken : route->access;
    const bool reads = head.method == "GET" || head.method == "HEAD";
    if (!reads && is_cross_site(head)) return refuse_other_site();
    if (access != Access::kOpen && !token_.accepts(head.header("Authorization")) &&
        !(has_session(head) && (reads || access == Access::kPage)))
      return access == Access::kPage && reads ? redirect_to_login(head) : refuse_token();
    if (route != nullptr) return std::nullopt;
    std::string allowed;
    for (const auto& other : routes_) {
      if (!path_matches(other.path, head.path)) continue;
      if (!allowed.empty()) allowed += ", ";
      allowed += other.method == "GET" ? "GET, HEAD" : other.method;
    }
    return allowed.empty() ? refuse_path() : refuse_method(allowed);
  }

 private:
  static bool takes(const Route<Context>& route, std::string_view method) {
    return route.method == method || (route.method == "GET" && method == "HEAD");
  }

  bool has_session(const net::RequestHead& head) const {
    return sessions_ != nullptr && sessions_->has_session(head, system_now());
  }

  std::span<const Route<Context>> routes_;
  net::BearerToken token_;
  const Sessions* sessions_;
};

}  // namespace bellwether::api
