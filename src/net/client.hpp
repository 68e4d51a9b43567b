#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "net/address.hpp"
#include "net/http.hpp"

namespace bellwether::net {

struct ClientResponse {
  unsigned status = 0;
  std::string body;
};

/// A blocking HTTP client for the private listener of a subscriber, one connection a call.
class Client {
 public:
  Client(Address server, std::vector<Header> headers, Millis timeout)
      : server_(std::move(server)), headers_(std::move(headers)), timeout_(timeout) {}

  /// Fails when there is no whole answer within the timeout.
  Result<ClientResponse> get(const std::string& target) const;

  /// Hands each line of a streamed 200 answer to `on_line`, until it answers false (then the result is a
  /// status of 200), the server ends the stream, or nothing came for the timeout. Another status is returned
  /// with its body.
  Result<ClientResponse> stream(const std::string& target, const std::vector<Header>& headers,
                                const std::function<bool(std::string_view)>& on_line) const;

 private:
  Address server_;
  std::vector<Header> headers_;
  Millis timeout_;
};

}  // namespace bellwether::net
