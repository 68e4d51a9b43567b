#pragma once

#include <string>

#include "net/egress_guard.hpp"
#include "net/http.hpp"
#include "sync/dispatcher.hpp"

namespace bellwether::publisher {

/// Posts `{}` to an endpoint, which no receiver keeps, and tells what its answer says about address, TLS,
/// path and credentials: `{"status", "ok", "message", "latency_ms"}`. `user` may be empty.
net::Response test_connection(const std::string& url, const std::string& user, const std::string& password,
                              const net::EgressGuard& guard, const sync::DispatcherOptions& delivery);

}  // namespace bellwether::publisher
