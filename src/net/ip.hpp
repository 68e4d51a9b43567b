#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

/// IP addresses as bytes, and networks of them.
namespace bellwether::net {

/// An IP address: IPv4 in its IPv6-mapped form.
using IpBytes = std::array<std::uint8_t, 16>;

/// Parses the usual notations of IPv4 and IPv6; fails on anything else.
Result<IpBytes> parse_ip(std::string_view text);

/// Whether the address is an IPv4 address.
bool is_v4(const IpBytes& address);

/// "192.0.2.1", "2001:db8::1"
std::string to_text(const IpBytes& address);

/// All addresses that share their first `prefix` bits with `base`.
struct Network {
  IpBytes base;
  unsigned prefix;  ///< bits, of 128

  bool contains(const IpBytes& address) const;
};

/// Parses "10.1.2.3", "10.0.0.0/8" or "fd00::/8".
Result<Network> parse_network(std::string_view text);
Result<std::vector<Network>> parse_networks(const std::vector<std::string>& texts);

bool any_contains(const std::vector<Network>& networks, const IpBytes& address);

}  // namespace bellwether::net
