#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"

/// HTTP Basic and bearer credentials. Secrets are compared in constant time and never appear in errors or
/// logs.
namespace bellwether::net {

struct Credential {
  std::string user;
  std::string password;       ///< plain (from the environment), or empty with `password_hash`
  std::string password_hash;  ///< what `hash_password` gives
};

/// "pbkdf2-sha256$100000$SALT$HASH", salted at random.
std::string hash_password(std::string_view password);

/// The credentials that one endpoint takes; any of them opens it, so that they can be rotated. Thread-safe.
class CredentialSet {
 public:
  /// Fails on a password hash that does not read.
  static Result<CredentialSet> make(const std::vector<Credential>& credentials);

  CredentialSet(CredentialSet&&) noexcept;
  CredentialSet& operator=(CredentialSet&&) noexcept;
  ~CredentialSet();

  enum class Verdict {
    kAccepted,
    kRefused,
    kClientWaits,  ///< not looked at: this client has sent too many wrong passwords (StretchLimiter)
    kAllWait,      ///< not looked at: too many unknown passwords are coming in
  };
  /// What an `Authorization` header's value of that client is worth. Without credentials everything is
  /// accepted.
  Verdict check(std::string_view authorization, const std::string& client) const;
  /// Whether `check` would stretch a password, which takes tens of milliseconds.
  bool is_slow(std::string_view authorization) const;
  /// The same for a set without hashes, where nobody ever waits.
  bool accepts(std::string_view authorization) const {
    return check(authorization, {}) == Verdict::kAccepted;
  }

 private:
  struct Impl;
  explicit CredentialSet(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// One bearer token, as `Authorization: Bearer TOKEN`. Without a token everything is accepted.
class BearerToken {
 public:
  explicit BearerToken(std::string token) : token_(std::move(token)) {}
  bool accepts(std::string_view authorization) const;
  bool required() const { return !token_.empty(); }

 private:
  std::string token_;
};

/// Sessions of people who have shown the token: a value that nobody else can make, good for half a day.
/// Nothing is stored; with another token all sessions end. Without a token there are none.
class SessionKey {
 public:
  static constexpr Millis kLasts = std::chrono::hours(12);

  explicit SessionKey(std::string token) : token_(std::move(token)) {}
  std::string issue(Timestamp now) const;
  bool accepts(std::string_view session, Timestamp now) const;

 private:
  std::string sign(std::int64_t until) const;
  std::string token_;
};

}  // namespace bellwether::net
