#include "cli/follow.hpp"

#include <chrono>
#include <cstdio>
#include <thread>
#include <utility>

#include "cli/commands.hpp"

namespace bellwether::cli {

namespace {

constexpr auto kReconnectAfter = std::chrono::seconds(1);

/// What follows `name` on a line that begins with it.
bool read_field(std::string_view line, std::string_view name, std::string_view& value) {
  if (!line.starts_with(name)) return false;
  value = line.substr(name.size());
  return true;
}

}  // namespace

int follow(const Remote& remote, const Following& following) {
  bool connected = false;
  for (;;) {
    StreamMessage message;
    const auto on_line = [&](std::string_view line) {
      if (!std::exchange(connected, true)) following.on_connected();
      std::string_view value;
      if (read_field(line, "id: ", value)) message.id = value;
      if (read_field(line, "event: ", value)) message.kind = value;
      if (read_field(line, "data: ", message.data)) following.on_message(std::exchange(message, {}));
      return true;
    };
    const auto ended = remote.stream(following.target(), {{"Accept", "text/event-stream"}}, on_line);
    if (ended && *ended) return complain((*ended)->c_str());
    if (!ended && !connected) return complain(ended.error().message.c_str());
    if (!ended) std::fprintf(stderr, "bellwether: %s; trying again\n", ended.error().message.c_str());
    std::this_thread::sleep_for(kReconnectAfter);
  }
}

}  // namespace bellwether::cli
