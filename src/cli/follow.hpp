#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cli/remote.hpp"

namespace bellwether::cli {

/// One message of a stream of server-sent events.
struct StreamMessage {
  std::string id;         ///< empty: the message has none
  std::string kind;       ///< of its "event:" line
  std::string_view data;  ///< JSON
};

struct Following {
  std::function<std::string()> target;         ///< asked for before each connection: where to go on
  std::function<void()> on_connected = [] {};  ///< once, when the first line came
  std::function<void(const StreamMessage&)> on_message;
};

/// Follows a stream, and connects again when it breaks. Returns, with an exit status, when the server refuses it or was
/// never reached.
int follow(const Remote& remote, const Following& following);

}  // namespace bellwether::cli
