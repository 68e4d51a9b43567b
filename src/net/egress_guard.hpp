#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "net/ip.hpp"

/// Where this process may connect to when somebody else chose the URL.
///
/// A webhook's URL comes from a person who may not be trusted with what our network can reach: cloud
/// metadata, databases, the machine itself. So only public addresses are allowed, and what a configured list
/// names. The check is made on the very address that a connection is about to be made to (http_client.cpp
/// hands it over just before `connect`), so it does not matter how the URL wrote it (decimal, octal,
/// IPv6-mapped) or what a name resolves to the next time that it is asked.
namespace bellwether::net {

/// Whether anybody on the Internet may have it: not loopback, private, link-local, multicast, documentation,
/// translated or otherwise reserved (IANA's special-purpose registries).
bool is_public(const IpBytes& address);

class EgressGuard {
 public:
  struct Options {
    bool https_only = true;
    std::vector<std::string> allow = {};  ///< addresses or networks: "10.1.2.3", "10.0.0.0/8", "fd00::/8"
  };

  /// Allows public addresses over https alone.
  EgressGuard() = default;
  /// Fails on an entry that is neither an address nor a network.
  static Result<EgressGuard> make(const Options& options);

  Result<void> check_url(std::string_view url) const;
  Result<void> check_address(const IpBytes& address) const;

 private:
  bool https_only_ = true;
  std::vector<Network> allowed_;
};

}  // namespace bellwether::net
