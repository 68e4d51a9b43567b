#include "net/egress_guard.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/log.hpp"

namespace bellwether::net {

namespace {

constexpr unsigned kMappedBits = 96;

struct Special {
  std::string_view base;
  unsigned prefix;
};

// IPv4 blocks that are not for everybody (RFC 6890 and its registry).
constexpr std::array kSpecialV4{
    Special{"0.0.0.0", 8},      Special{"10.0.0.0", 8},     Special{"100.64.0.0", 10},
    Special{"127.0.0.0", 8},    Special{"169.254.0.0", 16}, Special{"172.16.0.0", 12},
    Special{"192.0.0.0", 24},   Special{"192.0.2.0", 24},   Special{"192.88.99.0", 24},
    Special{"192.168.0.0", 16}, Special{"198.18.0.0", 15},  Special{"198.51.100.0", 24},
    Special{"203.0.113.0", 24}, Special{"224.0.0.0", 4},    Special{"240.0.0.0", 4},
};
// Of IPv6 only global unicast is allowed, without what carries or translates other addresses in it.
constexpr Special kGlobalV6{"2000::", 3};
constexpr std::array kSpecialV6{
    Special{"2001::", 23},      // protocol assignments, Teredo among them
    Special{"2001:db8::", 32},  // documentation
    Special{"2002::", 16},      // 6to4: an IPv4 address inside
    Special{"3fff::", 20},      // documentation
};

bool inside(const IpBytes& address, const Special& block) {
  const auto base = parse_ip(block.base);
  return base && Network{*base, block.prefix + (is_v4(*base) ? kMappedBits : 0)}.contains(address);
}

}  // namespace

bool is_public(const IpBytes& address) {
  const auto holds = [&](const Special& block) { return inside(address, block); };
  if (is_v4(address)) return std::ranges::none_of(kSpecialV4, holds);
  return holds(kGlobalV6) && std::ranges::none_of(kSpecialV6, holds);
}

Result<EgressGuard> EgressGuard::make(const Options& options) {
  EgressGuard guard;
  guard.https_only_ = options.https_only;
  auto allowed = TRY(parse_networks(options.allow));
  guard.allowed_ = std::move(allowed);
  return guard;
}

Result<void> EgressGuard::check_url(std::string_view url) const {
  const bool https = url.starts_with("https://");
  if (https || (!https_only_ && url.starts_with("http://"))) return {};
  return fail(https_only_ ? "the URL must begin with https://"
                          : "the URL must begin with https:// or http://");
}

Result<void> EgressGuard::check_address(const IpBytes& address) const {
  if (is_public(address)) return {};
  if (any_contains(allowed_, address)) return {};
  // The address of an internal name is nothing for whoever chose the name.
  log::warn("a connection to an address that is not public was refused", {{"address", to_text(address)}});
  return fail("the URL leads to an address that is not public; the setting delivery.allow can allow it");
}

}  // namespace bellwether::net
