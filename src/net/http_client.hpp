#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "net/egress_guard.hpp"
#include "net/http.hpp"

namespace bellwether::net {

struct ClientTimeouts {
  /// Until the connection stands, TLS included.
  Millis connect = std::chrono::seconds(10);
  /// From then until the answer begins; and any silence within it.
  Millis first_byte = std::chrono::seconds(30);
  /// All of it; 0: no bound, for live streams.
  Millis whole = std::chrono::seconds(60);
};

struct ClientRequest {
  std::string method = "GET";
  std::string url;
  std::vector<Header> headers = {};
  std::string body = {};
  std::optional<std::string> user = std::nullopt;  ///< HTTP Basic, with `password`
  std::string password = {};
  std::size_t response_bytes = 1UL << 20U;  ///< more of the body is cut off
  ClientTimeouts timeouts = {};
  bool accept_gzip = false;   ///< the answer may come compressed; what is handed over is not
  std::size_t send_rate = 0;  ///< bytes a second; 0: as fast as it goes
  bool lose_answer = false;   ///< to try a server: the connection is reset when the answer begins
  const std::atomic<bool>* cancel = nullptr;  ///< set: the request ends at once, as broken
};

struct ClientResponse {
  unsigned status = 0;
  std::vector<Header> headers = {};
  std::string body = {};
  bool cut = false;     ///< the body was longer than `response_bytes`
  bool reused = false;  ///< it went over a connection that stood already
  Millis took{0};

  std::string_view header(std::string_view name) const;
};

struct ClientFailure {
  enum class Kind : std::uint8_t {
    kBadUrl,
    kForbidden,  ///< the egress guard refused it; nothing was sent
    kResolve,
    kConnect,
    kTls,  ///< certificate or host name not trusted, or no common version
    kTimeout,
    kBroken,  ///< the connection ended before the answer was whole
  };
  Kind kind;
  std::string message;
};

/// An HTTP client over libcurl: keep-alive, TLS 1.2 and newer with verified certificates and host names, no
/// redirects. Blocking; one thread at a time. Every request ends within its timeouts. What a peer can make it
/// keep in memory is bounded: `response_bytes` of the body, and 256 KiB or 1,000 lines of headers, trailers
/// and interim answers together; more of them ends the request as broken.
class HttpClient {
 public:
  struct Options {
    /// What outgoing connections may reach; null: anything, for addresses that the operator chose.
    const EgressGuard* guard = nullptr;
    std::string ca_file = {};  ///< trusted beside nothing else; empty: the system's
  };

  explicit HttpClient(const Options& options);
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;
  ~HttpClient();

  std::expected<ClientResponse, ClientFailure> send(const ClientRequest& request);

  /// As `send`, but a 200's body goes to `on_piece` as it comes, without bound; false ends the transfer,
  /// which then counts as done.
  std::expected<ClientResponse, ClientFailure> stream(const ClientRequest& request,
                                                      const std::function<bool(std::string_view)>& on_piece);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bellwether::net
