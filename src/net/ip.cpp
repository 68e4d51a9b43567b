#include "net/ip.hpp"

#include <algorithm>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/encoding.hpp"

namespace bellwether::net {

namespace {
constexpr unsigned kBits = 128;
constexpr unsigned kMappedBits = 96;
}  // namespace

Result<IpBytes> parse_ip(std::string_view text) {
  const std::string terminated(text);
  const bool whole = terminated.find('\0') == std::string::npos;
  IpBytes address{};
  if (whole && inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return address;
  if (whole && inet_pton(AF_INET, terminated.c_str(), address.data() + kMappedBits / 8) == 1) {
    address[10] = 0xff;
    address[11] = 0xff;
    return address;
  }
  return fail(fmt::format("\"{}\" is not an IP address", for_message(text)));
}

bool is_v4(const IpBytes& address) {
  constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::equal(kMapped.begin(), kMapped.end(), address.begin());
}

std::string to_text(const IpBytes& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = is_v4(address);
  inet_ntop(v4 ? AF_INET : AF_INET6, address.data() + (v4 ? kMappedBits / 8 : 0), text.data(), text.size());
  return text.data();
}

bool Network::contains(const IpBytes& address) const {
  const unsigned whole = prefix / 8;
  if (!std::equal(base.begin(), base.begin() + whole, address.begin())) return false;
  const unsigned rest = prefix % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff00U >> rest);
  return (address[whole] & mask) == (base[whole] & mask);
}

Result<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto base = parse_ip(text.substr(0, slash));
  const auto wrong = [&] {
    return fail(
        fmt::format("\"{}\" is neither an address nor a network such as 10.0.0.0/8", for_message(text)));
  };
  if (!base) return wrong();
  const unsigned bits = is_v4(*base) ? kBits - kMappedBits : kBits;
  const auto prefix = slash == std::string_view::npos ? std::int64_t{bits}
                                                      : parse_integer(text.substr(slash + 1)).value_or(-1);
  if (prefix < 0 || prefix > bits) return wrong();
  return Network{*base, static_cast<unsigned>(prefix) + kBits - bits};
}

Result<std::vector<Network>> parse_networks(const std::vector<std::string>& texts) {
  std::vector<Network> networks;
  for (const std::string& text : texts) {
    const auto network = TRY(parse_network(text));
    networks.push_back(network);
  }
  return networks;
}

bool any_contains(const std::vector<Network>& networks, const IpBytes& address) {
  return std::ranges::any_of(networks, [&](const Network& network) { return network.contains(address); });
}

}  // namespace bellwether::net
