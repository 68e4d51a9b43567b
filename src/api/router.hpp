#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "api/answer.hpp"
#include "net/credentials.hpp"

namespace bellwether::api {

/// One call that an API takes. `Context` is what the service's calls are given.
template <typename Context>
struct Route {
  std::string_view method;  ///< a GET is also answered to HEAD
  std::string_view path;    ///< '*' stands for one segment
  Answer (*answer)(const Context&);
  bool open = false;  ///< without the token
};

/// Compares undecoded: an escaped slash does not part segments.
bool path_matches(std::string_view pattern, std::string_view path);
net::Response refuse_token();
net::Response refuse_path();
net::Response refuse_method(const std::string& allowed);

/// Finds the call, and screens requests: the token, the path, the method.
template <typename Context>
class Router {
 public:
  /// `routes` outlives it.
  Router(std::span<const Route<Context>> routes, std::string token)
      : routes_(routes), token_(std::move(token)) {}

  const Route<Context>* find(std::string_view method, std::string_view path) const {
    const auto found = std::ranges::find_if(
        routes_, [&](const auto& route) { return takes(route, method) && path_matches(route.path, path); });
    return found == routes_.end() ? nullptr : &*found;
  }

  std::optional<net::Response> screen(const net::RequestHead& head) const {
    const Route<Context>* route = find(head.method, head.path);
    const bool open = route != nullptr && route->open;
    if (!open && !token_.accepts(head.header("Authorization"))) return refuse_token();
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

  std::span<const Route<Context>> routes_;
  net::BearerToken token_;
};

}  // namespace bellwether::api
