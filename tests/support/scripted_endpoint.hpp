#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bellwether::testing {

/// A peer that does what it is told: for each request the next step of its script. Real sockets on loopback.
class ScriptedEndpoint {
 public:
  struct Step {
    std::string reply;         ///< written as it is; empty: nothing
    bool close_after = false;  ///< ends the connection
    std::chrono::milliseconds wait{0};
    std::string endless = {};  ///< written again and again after the reply, until the client is gone
  };

  explicit ScriptedEndpoint(std::vector<Step> script)
      : script_(std::move(script)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 8) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("cannot listen");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ScriptedEndpoint(const ScriptedEndpoint&) = delete;
  ScriptedEndpoint& operator=(const ScriptedEndpoint&) = delete;
  ~ScriptedEndpoint() {
    stopping_ = true;
    shutdown(listener_, SHUT_RDWR);
    if (const int open = connection_; open >= 0) shutdown(open, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  std::uint16_t port() const { return port_; }
  std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  int connections() const { return connections_; }
  /// How much of `endless` the sockets took. Their buffers hold some megabytes.
  std::size_t flooded_bytes() const { return flooded_bytes_; }
  /// What the requests were, whole. To be read when the client has its answers.
  const std::vector<std::string>& requests() const { return requests_; }

  static std::string ok(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

 private:
  void serve() {
    while (!stopping_) {
      const int accepted = accept(listener_, nullptr, nullptr);
      if (accepted < 0) return;
      ++connections_;
      connection_ = accepted;
      while (!stopping_ && answer_one(accepted)) {
      }
      connection_ = -1;
      close(accepted);
    }
  }

  bool answer_one(int socket) {
    std::string request;
    std::size_t whole = 0;
    while (whole == 0 || request.size() < whole) {
      char buffer[4096];
      const ssize_t count = recv(socket, buffer, sizeof buffer, 0);
      if (count <= 0) return false;
      request.append(buffer, static_cast<std::size_t>(count));
      const std::size_t head = request.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      const std::size_t field = request.find("Content-Length: ");
      whole = head + 4 + (field < head ? std::stoul(request.substr(field + 16)) : 0);
    }
    requests_.push_back(request);
    if (next_ == script_.size()) return false;
    const Step& step = script_[next_++];
    for (auto waited = step.wait; waited.count() > 0 && !stopping_; waited -= std::chrono::milliseconds(10)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    send(socket, step.reply.data(), step.reply.size(), MSG_NOSIGNAL);
    if (!step.endless.empty()) {
      flood(socket, step.endless);
      return false;
    }
    return !step.close_after;
  }

  void flood(int socket, const std::string& text) {
    std::string block;
    while (block.size() < (64U << 10U)) block += text;
    while (!stopping_) {
      const ssize_t count = send(socket, block.data(), block.size(), MSG_NOSIGNAL);
      if (count <= 0) return;
      flooded_bytes_ += static_cast<std::size_t>(count);
    }
  }

  const std::vector<Step> script_;
  std::size_t next_ = 0;
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> connection_ = -1;
  std::atomic<int> connections_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> flooded_bytes_ = 0;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace bellwether::testing
