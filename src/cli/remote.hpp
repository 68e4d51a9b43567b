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

/// Reads from a running subscriber's private listener.
struct Remote {
  std::string admin = "127.0.0.1:8081";
  std::string token;
  bool json = false;

  /// The options that all reading commands share: --admin, --token, --json.
  void add_options(CLI::App& command);

  /// The body of a 200; the error has the server's own message.
  Result<std::string> get(const std::string& target) const;
  /// Lines of a stream, until it ends or `on_line` answers false. A value says why the server refused it; an
  /// error that there was no whole answer, which may pass.
  Result<std::optional<std::string>> stream(const std::string& target,
                                            const std::vector<net::Header>& headers,
                                            const std::function<bool(std::string_view)>& on_line) const;
};

}  // namespace bellwether::cli
