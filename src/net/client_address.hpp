#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/http.hpp"
#include "net/ip.hpp"

/// Which client a request is from, when proxies stand before us.
namespace bellwether::net {

/// The address of the client. It is the connection's peer, unless that is a trusted proxy: then the last
/// address of `X-Forwarded-For` that is not itself a trusted proxy. (Each proxy appends the address of its
/// own peer, so everything before that one is only what the client claims.) `Forwarded` (RFC 7239) is used
/// when there is no `X-Forwarded-For`. An entry that is not an address ends the search at the proxy that sent
/// it.
std::string client_address(const std::string& peer, const std::vector<Header>& headers,
                           const std::vector<Network>& trusted_proxies);

/// Under what name limits for one client count it: an IPv4 address itself, and the /64 network of an IPv6
/// address, because one customer of a provider has all of it. Empty for a trusted proxy, which no limit for
/// one client holds.
std::string client_key(const std::string& address, const std::vector<Network>& trusted_proxies);

bool is_trusted(const std::string& peer, const std::vector<Network>& trusted_proxies);

}  // namespace bellwether::net
