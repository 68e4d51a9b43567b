#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/address.hpp"
#include "net/http.hpp"

/// Protects a private listener without a token from DNS rebinding: the page of a web site whose name leads to
/// this machine's address. To a browser such a page and the listener are one site, so neither `Origin` nor
/// `Sec-Fetch-Site` tell it apart. Its requests name the foreign host in `Host`, which a page cannot change.
namespace bellwether::api {

/// Which host names a listener is called by. Ports do not matter.
struct HostRule {
  const net::Address& own;             ///< where it listens
  std::span<const std::string> names;  ///< as configured
  std::string_view base_url;           ///< the URL that people reach it by; may be empty
  std::string_view setting;            ///< the key of `names`, for the message
};

/// Whether `host`, a Host header's value, is a loopback name or address, the listener's own address, or one
/// of the configured names.
bool is_known_host(std::string_view host, const HostRule& rule);

/// 421 for a request to an unknown host; no value for all others and for /healthz and /readyz, which probes
/// call by any name.
std::optional<net::Response> screen_host(const net::RequestHead& head, const HostRule& rule);

}  // namespace bellwether::api
