#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "net/http.hpp"

namespace CLI {
class App;
}

namespace bellwether::cli {

/// Which of the two services a command talks to.
struct Peer {
  const char* name;
  const char* address;  ///< of its private listener by default
  const char* address_env;
  const char* token_env;
};
inline constexpr Peer kSubscriber{"subscriber", "127.0.0.1:8081", "BELLWETHER_ADMIN_LISTEN",
                                  "BELLWETHER_ADMIN_TOKEN"};
inline constexpr Peer kPublisher{"publisher", "127.0.0.1:8091", "BELLWETHER_PUBLISHER_ADMIN_LISTEN",
                                 "BELLWETHER_PUBLISHER_ADMIN_TOKEN"};

/// Talks to a running service's private listener.
struct Remote {
  explicit Remote(const Peer& which = kSubscriber) : peer(which), admin(which.address) {}

  Peer peer;
  std::string admin;
  std::string token;
  bool json = false;

  /// The options that all such commands share: --admin, --token, --json.
  void add_options(CLI::App& command);

  /// The body of a 200; the error has the server's own message.
  Result<std::string> get(const std::string& target) const;
  /// The body of a 2xx.
  Result<std::string> send(const std::string& method, const std::string& target, std::string body) const;
  /// Lines of a stream, until it ends or `on_line` answers false. A value says why the server refused it; an
  /// error that there was no whole answer, which may pass.
  Result<std::optional<std::string>> stream(const std::string& target,
                                            const std::vector<net::Header>& headers,
                                            const std::function<bool(std::string_view)>& on_line) const;
};

}  // namespace bellwether::cli
