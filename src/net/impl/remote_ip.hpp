#pragma once

#include <string>

#include <boost/asio/ip/tcp.hpp>

namespace bellwether::net::impl {

/// The peer's address as text; empty when the connection has ended already.
inline std::string remote_ip(const boost::asio::ip::tcp::socket& socket) {
  boost::system::error_code ended;
  const auto endpoint = socket.remote_endpoint(ended);
  return ended ? std::string() : endpoint.address().to_string();
}

}  // namespace bellwether::net::impl
