#include "net/egress_guard.hpp"

#include <algorithm>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/encoding.hpp"
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

bool is_v4(const IpBytes& address) {
  constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::equal(kMapped.begin(), kMapped.end(), address.begin());
}

bool inside(const IpBytes& address, const IpBytes& base, unsigned prefix) {
  const unsigned whole = prefix / 8;
  if (!std::equal(base.begin(), base.begin() + whole, address.begin())) return false;
  const unsigned rest = prefix % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff00U >> rest);
  return (address[whole] & mask) == (base[whole] & mask);
}

bool inside(const IpBytes& address, const Special& block) {
  const auto base = parse_ip(block.base);
  return base && inside(address, *base, block.prefix + (is_v4(*base) ? kMappedBits : 0));
}

std::string to_text(const IpBytes& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = is_v4(address);
  inet_ntop(v4 ? AF_INET : AF_INET6, address.data() + (v4 ? kMappedBits / 8 : 0), text.data(), text.size());
  return text.data();
}

}  // namespace

Result<IpBytes> parse_ip(std::string_view text) {
  const std::string terminated(text);
  IpBytes address{};
  if (inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return address;
  if (inet_pton(AF_INET, terminated.c_str(), address.data() + kMappedBits / 8) == 1) {
    address[10] = 0xff;
    address[11] = 0xff;
    return address;
  }
  return fail(fmt::format("\"{}\" is no IP address", for_message(text)));
}

bool is_public(const IpBytes& address) {
  const auto holds = [&](const Special& block) { return inside(address, block); };
  if (is_v4(address)) return std::ranges::none_of(kSpecialV4, holds);
  return holds(kGlobalV6) && std::ranges::none_of(kSpecialV6, holds);
}

Result<EgressGuard> EgressGuard::make(const Options& options) {
  EgressGuard guard;
  guard.https_only_ = options.https_only;
  for (const std::string& entry : options.allow) {
    const std::size_t slash = entry.find('/');
    const auto base = parse_ip(entry.substr(0, slash));
    const auto wrong = [&] {
      return fail(
          fmt::format("\"{}\" is neither an address nor a network such as 10.0.0.0/8", for_message(entry)));
    };
    if (!base) return wrong();
    const unsigned bits = is_v4(*base) ? 32 : 128;
    const auto prefix =
        slash == std::string::npos ? std::int64_t{bits} : parse_integer(entry.substr(slash + 1)).value_or(-1);
    if (prefix < 0 || prefix > bits) return wrong();
    guard.allowed_.push_back({*base, static_cast<unsigned>(prefix) + 128 - bits});
  }
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
  const bool allowed = std::ranges::any_of(
      allowed_, [&](const Network& net) { return inside(address, net.base, net.prefix); });
  if (allowed) return {};
  // The address of an internal name is nothing for whoever chose the name.
  log::warn("a connection to an address that is not public was refused", {{"address", to_text(address)}});
  return fail("the URL leads to an address that is not public; the setting delivery.allow can allow it");
}

}  // namespace bellwether::net
