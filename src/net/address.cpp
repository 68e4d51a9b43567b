#include "net/address.hpp"

#include <limits>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include "base/encoding.hpp"

namespace bellwether::net {

bool Address::is_loopback() const {
  boost::system::error_code wrong;
  const auto address = boost::asio::ip::make_address(ip, wrong);
  return !wrong && address.is_loopback();
}

std::string Address::to_string() const {
  return ip.find(':') == std::string::npos ? fmt::format("{}:{}", ip, port)
                                           : fmt::format("[{}]:{}", ip, port);
}

Result<Address> parse_address(std::string_view text) {
  const auto wrong = [&] {
    return fail(
        fmt::format("\"{}\" is no address: write IP:PORT, such as 127.0.0.1:8080 or [::1]:8080", text));
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong();
  std::string_view ip = text.substr(0, colon);
  const auto port = parse_integer(text.substr(colon + 1));
  if (!port || *port < 0 || *port > std::numeric_limits<std::uint16_t>::max()) return wrong();
  if (ip.starts_with('[') && ip.ends_with(']')) {
    ip = ip.substr(1, ip.size() - 2);
  } else if (ip.find(':') != std::string_view::npos) {
    return wrong();
  }
  Address address{ip == "localhost" ? "127.0.0.1" : std::string(ip), static_cast<std::uint16_t>(*port)};
  boost::system::error_code no_ip;
  boost::asio::ip::make_address(address.ip, no_ip);
  if (no_ip) return wrong();
  return address;
}

}  // namespace bellwether::net
