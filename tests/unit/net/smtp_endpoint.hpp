#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bellwether::testing {

/// A mail server that takes one connection and everything in it, but never begins TLS. Real sockets on
/// loopback.
class SmtpEndpoint {
 public:
  /// `offers`: what its answer to EHLO lists, a line each.
  explicit SmtpEndpoint(std::string offers)
      : offers_(std::move(offers)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 1) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("cannot listen");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  SmtpEndpoint(const SmtpEndpoint&) = delete;
  SmtpEndpoint& operator=(const SmtpEndpoint&) = delete;
  ~SmtpEndpoint() {
    shutdown(listener_, SHUT_RDWR);
    if (const int open = connection_; open >= 0) shutdown(open, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  std::string url(const std::string& credentials) const {
    return "smtp://" + credentials + "127.0.0.1:" + std::to_string(port_);
  }
  /// All lines that the client sent.
  std::string commands() const {
    const std::scoped_lock lock(mutex_);
    return commands_;
  }

 private:
  void serve() {
    const int accepted = accept(listener_, nullptr, nullptr);
    if (accepted < 0) return;
    connection_ = accepted;
    say("220 test");
    std::string data;
    char buffer[4096];
    for (ssize_t count = 0; (count = recv(accepted, buffer, sizeof buffer, 0)) > 0;) {
      data.append(buffer, static_cast<std::size_t>(count));
      for (std::size_t end = 0; (end = data.find("\r\n")) != std::string::npos; data.erase(0, end + 2))
        answer(data.substr(0, end));
    }
    connection_ = -1;
    close(accepted);
  }

  void answer(const std::string& line) {
    if (in_body_) {
      in_body_ = line != ".";
      if (!in_body_) say("250 kept");
      return;
    }
    {
      const std::scoped_lock lock(mutex_);
      commands_ += line + "\n";
    }
    if (line.starts_with("EHLO")) return greet();
    if (line == "STARTTLS") return say("454 TLS not available");
    if (line == "QUIT") return say("221 bye");
    in_body_ = line == "DATA";
    say(in_body_ ? "354 go on" : "250 ok");
  }

  void greet() {
    std::string rest = offers_;
    for (std::size_t end = 0; (end = rest.find('\n')) != std::string::npos; rest.erase(0, end + 1))
      say("250-" + rest.substr(0, end));
    say("250 " + rest);
  }

  void say(const std::string& line) {
    const std::string text = line + "\r\n";
    send(connection_, text.data(), text.size(), MSG_NOSIGNAL);
  }

  const std::string offers_;
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> connection_ = -1;
  bool in_body_ = false;
  mutable std::mutex mutex_;
  std::string commands_;
  std::thread thread_;
};

}  // namespace bellwether::testing
