#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "net/address.hpp"
#include "net/body_budget.hpp"
#include "net/http.hpp"
#include "net/ip.hpp"
#include "net/offload.hpp"

namespace bellwether::net {

/// What one peer may ask of the server. What goes beyond is answered (408, 413, 414, 429, 431, 503) and
/// closed.
struct ServerLimits {
  std::size_t header_bytes = 16UL << 10U;
  std::size_t body_bytes = 16UL << 20U;      ///< as sent
  std::size_t inflated_bytes = 64UL << 20U;  ///< after Content-Encoding
  std::size_t connections = 1024;            ///< then the idlest of the busiest client gives way, or 503
  std::size_t connections_per_client = 256;  ///< then that client's idlest gives way, or 503
  std::size_t requests_per_connection = 10'000;
  /// From a request's first byte, and for the TLS handshake.
  Millis header_timeout = std::chrono::seconds(10);
  Millis body_timeout = std::chrono::seconds(60);   ///< for the whole body
  Millis idle_timeout = std::chrono::seconds(75);   ///< between requests
  Millis write_timeout = std::chrono::seconds(60);  ///< for a response, or a chunk of a stream
};

/// What a process's listeners share.
struct SharedLimits {
  std::vector<std::string> trusted_proxies = {};  ///< addresses or networks, as `parse_network` takes them
  BodyBudget::Limits bodies = {};
};

/// A private listener serves a few people and programs: its connections are few, and no client is held to
/// less.
constexpr ServerLimits private_listener_limits() {
  ServerLimits limits;
  limits.connections = 128;
  limits.connections_per_client = limits.connections;
  return limits;
}

struct TlsFiles {
  std::string certificate;  ///< PEM, the chain included
  std::string key;          ///< PEM
};

/// An HTTP/1.1 server: keep-alive, pipelining, `Expect: 100-continue`, chunked and gzip bodies, TLS 1.2 and
/// newer.
///
///     auto server = Server::open({.listen = address}, handler);   // the port is bound, nothing is accepted
///     (*server)->start();
///     …
///     (*server)->stop(std::chrono::seconds(10));
///
/// Owns its threads. The handler must outlive it. For every response the server tells, once, what became of
/// it.
class Server {
 public:
  struct Options {
    Address listen;
    std::optional<TlsFiles> tls = std::nullopt;
    ServerLimits limits = {};
    std::size_t threads = 1;
    std::vector<Network> trusted_proxies = {};     ///< what they say of the client's address counts
    std::shared_ptr<BodyBudget> bodies = nullptr;  ///< shared with other servers; null: one of its own
    /// Where streams are read and slow screening runs. What it was given ends before the server is destroyed.
    Offload offload = nullptr;
  };

  static Result<std::unique_ptr<Server>> open(const Options& options, Handler& handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void start();

  /// The address with the port that is in use.
  Address address() const;

  /// Reads the certificate and key again, for connections from now on. Keeps the old ones when they do not
  /// read.
  Result<void> reload_tls();

  /// Takes no more connections and requests, finishes what was begun, for at most `bound`. Idempotent.
  void stop(Millis bound);

  std::size_t connections() const;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace bellwether::net
