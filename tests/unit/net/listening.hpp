#pragma once

#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "net/server.hpp"

/// A client of raw bytes, over TCP or TLS, for tests of the server.
namespace bellwether::net::testing {

/// One connection to a listener on loopback. Reads end after some seconds of silence.
class RawClient {
 public:
  RawClient(const Address& server, bool tls) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return;
    if (!tls) return;
    context_.reset(SSL_CTX_new(TLS_client_method()));
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), fd_);
    open_ = SSL_connect(ssl_.get()) == 1;
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { close(fd_); }

  bool open() const { return open_; }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                             : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // the server has closed: what it said is still to be read
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// Reads until `part` has come, the server closes, or nothing comes for `patience`.
  std::string read_until(std::string_view part,
                         std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    std::string all;
    char buffer[4096];
    const auto seconds = std::chrono::floor<std::chrono::seconds>(patience);
    const timeval time{seconds.count(), std::chrono::microseconds(patience - seconds).count()};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    while (all.find(part) == std::string::npos || part.empty()) {
      errno = 0;
      const auto count =
          ssl_ ? SSL_read(ssl_.get(), buffer, sizeof buffer) : recv(fd_, buffer, sizeof buffer, 0);
      if (count <= 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        silent_ = true;
        return all;
      }
      if (count <= 0) {
        closed_ = true;
        return all;
      }
      all.append(buffer, static_cast<std::size_t>(count));
    }
    return all;
  }

  /// Nothing more will be sent.
  void finish() {
    if (ssl_) SSL_shutdown(ssl_.get());
    shutdown(fd_, SHUT_WR);
  }

  /// Everything until the server closes.
  std::string read_all() { return read_until(""); }

  bool closed() const { return closed_; }
  bool silent() const { return silent_; }

 private:
  struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  int fd_ = socket(AF_INET, SOCK_STREAM, 0);
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
  bool open_ = true;
  bool closed_ = false;
  bool silent_ = false;
};

/// The status of the first response in `bytes`; 0 when there is none.
inline unsigned status_of(std::string_view bytes) {
  if (!bytes.starts_with("HTTP/1.1 ") || bytes.size() < 12) return 0;
  return static_cast<unsigned>(std::stoul(std::string(bytes.substr(9, 3))));
}

/// A key and a certificate for localhost, made once a process, in a folder that goes with it.
TlsFiles self_signed();

}  // namespace bellwether::net::testing
