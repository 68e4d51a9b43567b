#include <charconv>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

/// A receiver of cohort syncs that only answers: it reads a request and says success. A thread a connection.
/// Prints the port.
namespace {

/// The length that a head announces; 0 without one.
std::size_t length_in(std::string_view head) {
  std::size_t length = 0;
  for (const std::string_view name : {"Content-Length: ", "content-length: "}) {
    const std::size_t at = head.find(name);
    if (at != std::string_view::npos)
      std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
  }
  return length;
}

std::string_view action_in(std::string_view body) {
  constexpr std::string_view kBegins = R"({"action":")";
  if (!body.starts_with(kBegins)) return "members";
  body.remove_prefix(kBegins.size());
  return body.substr(0, body.find('"'));
}

void serve(int fd) {
  std::string received;
  std::string buffer(1UL << 18U, '\0');
  const auto read_more = [&] {
    const ssize_t count = recv(fd, buffer.data(), buffer.size(), 0);
    if (count > 0) received.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0;
  };
  for (;;) {
    std::size_t head = 0;
    while ((head = received.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more()) return;
    }
    const std::size_t whole = head + 4 + length_in(std::string_view(received).substr(0, head));
    while (received.size() < whole) {
      if (!read_more()) return;
    }
    const std::string body = fmt::format(R"({{"action":"{}","status":"success"}})",
                                         action_in(std::string_view(received).substr(head + 4)));
    const std::string answer =
        fmt::format("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                    body.size(), body);
    if (send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return;
    received.erase(0, whole);
  }
}

}  // namespace

int main() {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (listener < 0 || bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener, 64) != 0 || getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("cannot listen");
  fmt::print("{}\n", ntohs(address.sin_port));
  std::fflush(stdout);
  for (;;) {
    const int fd = accept(listener, nullptr, nullptr);
    if (fd < 0) return 1;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::thread([fd] {
      serve(fd);
      close(fd);
    }).detach();
  }
}
