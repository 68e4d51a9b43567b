#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace bellwether::net {

/// Where to listen or connect: an IP address, not a name.
struct Address {
  std::string ip = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: any that is free

  bool is_loopback() const;
  /// "127.0.0.1:8080", "[::1]:8080"
  std::string to_string() const;
};

/// Reads what `to_string` writes; "localhost" stands for 127.0.0.1.
Result<Address> parse_address(std::string_view text);

}  // namespace bellwether::net
