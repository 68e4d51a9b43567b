#pragma once

#include <cstdint>
#include <string>

#include "base/time.hpp"
#include "net/credentials.hpp"
#include "net/http.hpp"

namespace bellwether::api {

/// Browsers' sessions of one listener. The cookie is signed with a random key of this process, not with the
/// token: a stolen cookie says nothing about the token, and all sessions end when the process does. Its name
/// holds the listener's port, because browsers send cookies of a host to all its ports, and over HTTPS it is
/// a
/// `__Host-` cookie, which no other host can set.
///
/// Thread-safe once `serve_at` was called, which must be before the listener starts.
class Sessions {
 public:
  /// Without a token there are no sessions.
  explicit Sessions(bool has_token);

  /// `is_secure`: people come over HTTPS.
  void serve_at(std::uint16_t port, bool is_secure);

  /// Whether the request comes with a session that goes on at `now`.
  bool has_session(const net::RequestHead& head, Timestamp now) const;

  /// The `Set-Cookie` header that begins a session.
  net::Header begin(Timestamp now) const;

 private:
  net::SessionKey key_;
  std::string cookie_ = "bellwether_session";
  bool is_secure_ = false;
};

}  // namespace bellwether::api
