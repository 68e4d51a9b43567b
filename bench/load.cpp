#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "event_requests.hpp"
#include "pages.hpp"

/// A load of HTTP requests from keep-alive connections: pages of one session, events, or the same GET over and over.
namespace {

using Clock = std::chrono::steady_clock;

struct Arguments {
  std::uint16_t port = 0;
  int connections = 4;
  std::uint64_t requests = 1000;
  std::uint64_t total = 0;  ///< pages of the session; 0: as many as requests
  std::string get;          ///< the target; empty: pages are posted
  std::string action = "add_members";
  std::string session = "bench";
  std::uint64_t members = 1000;
  std::string import;  ///< credentials in base64: events are posted to /import, `members` in a request
  std::string track;   ///< a token: the same to /track, as a browser does
  bool browser_events = false;  ///< else those of a table
  std::uint64_t made_before = 4000;
};

/// One keep-alive connection, opened again when the server has had enough of it.
class Connection {
 public:
  explicit Connection(std::uint16_t port) : port_(port) { open(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { close(fd_); }

  void exchange(std::string_view request) {
    while (!request.empty()) {
      const ssize_t sent = send(fd_, request.data(), request.size(), 0);
      if (sent <= 0) throw std::runtime_error("send");
      request.remove_prefix(static_cast<std::size_t>(sent));
    }
    const bool closes = read_response();
    if (!closes) return;
    close(fd_);
    open();
  }

 private:
  void open() {
    fd_ = socket(AF_INET, SOCK_STREAM, 0);
    if (fd_ < 0) throw std::runtime_error("socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("connect");
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  bool read_response() {
    std::size_t head_end = std::string::npos;
    while ((head_end = received_.find("\r\n\r\n")) == std::string::npos) read_more();
    const std::string_view head = std::string_view(received_).substr(0, head_end);
    constexpr std::string_view kLength = "Content-Length: ";
    const std::size_t field = head.find(kLength);
    if (!head.starts_with("HTTP/1.1 200") || field == std::string::npos) throw std::runtime_error(received_);
    const bool closes = head.find("Connection: close") != std::string::npos;
    const std::size_t body = std::strtoul(received_.c_str() + field + kLength.size(), nullptr, 10);
    while (received_.size() < head_end + 4 + body) read_more();
    received_.erase(0, head_end + 4 + body);
    return closes;
  }
  void read_more() {
    char buffer[4096];
    const ssize_t count = recv(fd_, buffer, sizeof buffer, 0);
    if (count <= 0) throw std::runtime_error("the server closed the connection");
    received_.append(buffer, static_cast<std::size_t>(count));
  }

  std::uint16_t port_;
  int fd_ = -1;
  std::string received_;
};

std::string get_request(const std::string& target) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", target);
}

/// Requests are made before the clock starts, as many as fit in memory: a few bodies are shared by all.
std::string page_request(const Arguments& arguments, std::uint64_t number) {
  using namespace bellwether::bench;
  const PageOf page{.action = arguments.action,
                    .session = arguments.session,
                    .page = number + 1,
                    .total = arguments.total != 0 ? arguments.total : arguments.requests};
  const std::string body = page_body(page, members_json(number * arguments.members, arguments.members));
  return fmt::format(
      "POST /mixpanel/cohort-sync HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Content-Length: {}\r\n\r\n{}",
      body.size(), body);
}

/// NDJSON for /import, a JSON array for /track.
std::string events_json(const Arguments& arguments, std::uint64_t number) {
  const bool lines = arguments.track.empty();
  std::string text = lines ? "" : "[";
  for (std::uint64_t i = number * arguments.members; i < (number + 1) * arguments.members; ++i) {
    text += arguments.browser_events ? bellwether::bench::browser_event(i, arguments.track)
                                     : bellwether::bench::small_event(i);
    text += lines ? '\n' : ',';
  }
  if (!lines) text.back() = ']';
  return text;
}

std::string post_request(const Arguments& arguments, std::uint64_t number) {
  if (!arguments.track.empty()) return bellwether::bench::track_request(events_json(arguments, number));
  if (!arguments.import.empty())
    return bellwether::bench::import_request(events_json(arguments, number), arguments.import);
  return page_request(arguments, number);
}

struct Measured {
  double seconds = 0;
  std::vector<double> latencies;  ///< of all requests, in milliseconds
};

Measured run(const Arguments& arguments) {
  const bool posts = arguments.get.empty();
  std::vector<std::string> made;
  for (std::uint64_t i = 0; posts && i < std::min(arguments.requests, arguments.made_before); ++i) {
    made.push_back(post_request(arguments, i));
  }
  const std::string get = get_request(arguments.get);
  std::atomic<std::uint64_t> next = 0;
  Measured measured{.seconds = 0, .latencies = std::vector<double>(arguments.requests)};
  const auto begun = Clock::now();
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(arguments.connections));
  for (int i = 0; i < arguments.connections; ++i) {
    threads.emplace_back([&] {
      Connection connection(arguments.port);
      for (std::uint64_t number = next++; number < arguments.requests; number = next++) {
        const auto sent = Clock::now();
        if (!posts) {
          connection.exchange(get);
        } else if (number < made.size()) {
          connection.exchange(made[number]);
        } else {
          connection.exchange(post_request(arguments, number));
        }
        measured.latencies[number] = std::chrono::duration<double, std::milli>(Clock::now() - sent).count();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  measured.seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  std::ranges::sort(measured.latencies);
  return measured;
}

double percentile(const Measured& measured, double part) {
  const auto last = static_cast<double>(measured.latencies.size() - 1);
  return measured.latencies[static_cast<std::size_t>(part * last)];
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("HTTP load");
  app.add_option("--port", arguments.port)->required();
  app.add_option("--connections", arguments.connections);
  app.add_option("--requests", arguments.requests);
  app.add_option("--get", arguments.get);
  app.add_option("--action", arguments.action);
  app.add_option("--session", arguments.session);
  app.add_option("--members", arguments.members);
  app.add_option("--total", arguments.total);
  app.add_option("--import", arguments.import);
  app.add_option("--track", arguments.track);
  app.add_flag("--browser-events", arguments.browser_events);
  app.add_option("--made-before", arguments.made_before);
  CLI11_PARSE(app, argc, argv);
  const Measured measured = run(arguments);
  fmt::print(
      "{{\"requests\":{},\"seconds\":{:.4f},\"per_second\":{:.1f},\"p50_ms\":{:.2f},\"p99_ms\":{:.2f},\"max_ms\":{:.2f}}}\n",
      arguments.requests, measured.seconds, static_cast<double>(arguments.requests) / measured.seconds,
      percentile(measured, 0.5), percentile(measured, 0.99), percentile(measured, 1));
  return 0;
}
