#include "net/client_address.hpp"

#include <algorithm>
#include <optional>
#include <ranges>

#include "base/encoding.hpp"

namespace bellwether::net {

namespace {

/// All values of a header that may come several times, as one list.
std::vector<std::string_view> list_of(const std::vector<Header>& headers, std::string_view name) {
  std::vector<std::string_view> items;
  for (const Header& header : headers) {
    if (!same_name(header.name, name)) continue;
    for (const auto part : std::views::split(std::string_view(header.value), ',')) {
      items.push_back(trim(std::string_view(part.begin(), part.end())));
    }
  }
  return items;
}

/// "192.0.2.1", "192.0.2.1:80", "[2001:db8::1]:80" or "2001:db8::1"
std::optional<IpBytes> read_node(std::string_view node) {
  if (node.starts_with('[')) {
    node = node.substr(1, node.find(']') == std::string_view::npos ? 0 : node.find(']') - 1);
  } else if (std::ranges::count(node, ':') == 1) {
    node = node.substr(0, node.find(':'));
  }
  const auto address = parse_ip(node);
  return address ? std::optional(*address) : std::nullopt;
}

/// The `for` parameter of one element of `Forwarded`: `for="[2001:db8::1]:80";proto=https`.
std::string_view forwarded_for(std::string_view element) {
  for (const auto part : std::views::split(element, ';')) {
    const std::string_view parameter = trim(std::string_view(part.begin(), part.end()));
    if (parameter.size() < 4 || !same_name(parameter.substr(0, 4), "for=")) continue;
    std::string_view node = parameter.substr(4);
    if (node.size() >= 2 && node.starts_with('"') && node.ends_with('"')) {
      node = node.substr(1, node.size() - 2);
    }
    return node;
  }
  return {};
}

}  // namespace

bool is_trusted(const std::string& peer, const std::vector<Network>& trusted_proxies) {
  if (trusted_proxies.empty()) return false;
  const auto address = parse_ip(peer);
  return address && any_contains(trusted_proxies, *address);
}

std::string client_key(const std::string& address, const std::vector<Network>& trusted_proxies) {
  auto bytes = parse_ip(address);
  if (!bytes) return address;
  if (any_contains(trusted_proxies, *bytes)) return {};
  if (is_v4(*bytes)) return to_text(*bytes);
  constexpr std::size_t kNetworkBytes = 8;
  std::fill(bytes->begin() + kNetworkBytes, bytes->end(), std::uint8_t{0});
  return to_text(*bytes);
}

std::string client_address(const std::string& peer, const std::vector<Header>& headers,
                           const std::vector<Network>& trusted_proxies) {
  if (!is_trusted(peer, trusted_proxies)) return peer;
  std::vector<std::string_view> nodes = list_of(headers, "X-Forwarded-For");
  if (nodes.empty()) {
    for (const std::string_view element : list_of(headers, "Forwarded")) {
      nodes.push_back(forwarded_for(element));
    }
  }
  std::string client = peer;
  for (const std::string_view node : nodes | std::views::reverse) {
    const auto address = read_node(node);
    if (!address) break;
    client = to_text(*address);
    if (!any_contains(trusted_proxies, *address)) break;
  }
  return client;
}

}  // namespace bellwether::net
