#include "net/credentials.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <mutex>
#include <optional>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/assertion.hpp"
#include "base/encoding.hpp"
#include "net/stretch_limiter.hpp"

namespace bellwether::net {

namespace {

constexpr std::size_t kDigestBytes = 32;
using Digest = std::array<unsigned char, kDigestBytes>;

constexpr std::string_view kHashName = "pbkdf2-sha256";
constexpr int kIterations = 100'000;
constexpr int kMaxIterations = 10'000'000;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kRememberedWrong = 64;

bool equal(const Digest& a, const Digest& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  const int given = RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count));
  ASSERT(given == 1);  // without random numbers nothing is safe
  return bytes;
}

/// Under a key of this process, so that equal secrets can be compared without their length showing.
Digest digest(const std::string& key, std::string_view text) {
  Digest out{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(), &size);
  return out;
}

Digest stretch(std::string_view password, const std::string& salt, int iterations) {
  Digest out{};
  PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                    reinterpret_cast<const unsigned char*>(salt.data()), static_cast<int>(salt.size()),
                    iterations, EVP_sha256(), static_cast<int>(out.size()), out.data());
  return out;
}

struct StretchedPassword {
  std::string salt;
  int iterations = 0;
  Digest hash{};
};

std::optional<StretchedPassword> read_hash(std::string_view text) {
  std::array<std::string_view, 4> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t end = i + 1 < parts.size() ? text.find('$') : text.size();
    if (end == std::string_view::npos) return std::nullopt;
    parts[i] = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const auto iterations = parse_integer(parts[1]);
  auto salt = from_base64(parts[2]);
  const auto hash = from_base64(parts[3]);
  if (parts[0] != kHashName || !iterations || *iterations < 1 || *iterations > kMaxIterations || !salt ||
      !hash || hash->size() != kDigestBytes) {
    return std::nullopt;
  }
  StretchedPassword read{std::move(*salt), static_cast<int>(*iterations), {}};
  std::ranges::copy(*hash, read.hash.begin());
  return read;
}

/// "Basic dXNlcjpwYXNz" -> "user:pass"
std::optional<std::string> read_basic(std::string_view authorization) {
  constexpr std::string_view kScheme = "basic ";
  if (authorization.size() < kScheme.size()) return std::nullopt;
  const std::string_view scheme = authorization.substr(0, kScheme.size());
  const bool is_basic = std::ranges::equal(scheme, kScheme, [](char a, char b) { return (a | 0x20) == b; });
  if (!is_basic) return std::nullopt;
  return from_base64(authorization.substr(kScheme.size()));
}

struct HashedCredential {
  std::string user;
  StretchedPassword password;
};

}  // namespace

std::string hash_password(std::string_view password) {
  const std::string salt = random_bytes(kSaltBytes);
  const Digest hash = stretch(password, salt, kIterations);
  return fmt::format("{}${}${}${}", kHashName, kIterations, to_base64(salt),
                     to_base64({reinterpret_cast<const char*>(hash.data()), hash.size()}));
}

struct CredentialSet::Impl {
  std::string key = random_bytes(kDigestBytes);
  std::vector<HashedCredential> hashed;
  StretchLimiter limiter;

  // Digests of "user:password". Stretching takes tens of milliseconds, so each pair is stretched once.
  std::mutex mutex;
  std::vector<Digest> right;
  std::deque<Digest> wrong;

  bool matches_hash(std::string_view pair) const {
    const std::size_t colon = pair.find(':');
    if (colon == std::string_view::npos) return false;
    const Digest user = digest(key, pair.substr(0, colon));
    bool matches = false;
    for (const HashedCredential& credential : hashed) {
      const bool same_user = equal(user, digest(key, credential.user));
      const auto& [salt, iterations, hash] = credential.password;
      const bool same_password = equal(stretch(pair.substr(colon + 1), salt, iterations), hash);
      matches = matches || (same_user && same_password);
    }
    return matches;
  }

  std::optional<bool> remembered(const Digest& pair) {
    const std::scoped_lock lock(mutex);
    bool known_right = false;
    for (const Digest& digest : right) known_right |= equal(digest, pair);
    if (known_right) return true;
    const bool known_wrong =
        std::ranges::any_of(wrong, [&](const Digest& digest) { return equal(digest, pair); });
    if (known_wrong || hashed.empty()) return false;
    return std::nullopt;
  }

  void remember(const Digest& pair, bool accepted) {
    const std::scoped_lock lock(mutex);
    if (accepted) {
      right.push_back(pair);
      return;
    }
    wrong.push_back(pair);
    if (wrong.size() > kRememberedWrong) wrong.pop_front();
  }
};

CredentialSet::CredentialSet(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CredentialSet::CredentialSet(CredentialSet&&) noexcept = default;
CredentialSet& CredentialSet::operator=(CredentialSet&&) noexcept = default;
CredentialSet::~CredentialSet() = default;

Result<CredentialSet> CredentialSet::make(const std::vector<Credential>& credentials) {
  auto impl = std::make_unique<Impl>();
  for (const Credential& credential : credentials) {
    if (credential.password_hash.empty()) {
      impl->right.push_back(digest(impl->key, credential.user + ":" + credential.password));
      continue;
    }
    auto password = read_hash(credential.password_hash);
    if (!password) {
      return fail(
          fmt::format("the password hash of user \"{}\" is not valid: create one with "
                      "`bellwether hash-password`",
                      credential.user));
    }
    impl->hashed.push_back({credential.user, std::move(*password)});
  }
  return CredentialSet(std::move(impl));
}

bool CredentialSet::is_slow(std::string_view authorization) const {
  const auto pair = impl_->hashed.empty() ? std::nullopt : read_basic(authorization);
  return pair && !impl_->remembered(digest(impl_->key, *pair));
}

CredentialSet::Verdict CredentialSet::check(std::string_view authorization, const std::string& client) const {
  {
    const std::scoped_lock lock(impl_->mutex);
    if (impl_->right.empty() && impl_->hashed.empty()) return Verdict::kAccepted;
  }
  const auto verdict = [](bool accepted) { return accepted ? Verdict::kAccepted : Verdict::kRefused; };
  const auto pair = read_basic(authorization);
  if (!pair) return Verdict::kRefused;
  const Digest presented = digest(impl_->key, *pair);
  if (const auto known = impl_->remembered(presented)) return verdict(*known);
  using Limiter = StretchLimiter;
  switch (impl_->limiter.begin(client, Limiter::Clock::now())) {
    case Limiter::Verdict::kClientWaits:
      return Verdict::kClientWaits;
    case Limiter::Verdict::kAllWait:
      return Verdict::kAllWait;
    case Limiter::Verdict::kAllowed:
      break;
  }
  const bool accepted = impl_->matches_hash(*pair);
  impl_->limiter.end(client, accepted, Limiter::Clock::now());
  impl_->remember(presented, accepted);
  return verdict(accepted);
}

bool BearerToken::accepts(std::string_view authorization) const {
  if (!required()) return true;
  static const std::string kKey = random_bytes(kDigestBytes);
  return equal(digest(kKey, authorization), digest(kKey, "Bearer " + token_));
}

std::string SessionKey::sign(std::int64_t until) const {
  const Digest proof = digest(token_, fmt::format("session until {}", until));
  std::string text = fmt::format("{}.", until);
  for (const unsigned char byte : proof) text += fmt::format("{:02x}", byte);
  return text;
}

std::string SessionKey::issue(Timestamp now) const {
  return sign(to_unix_ms(now + kLasts));
}

bool SessionKey::accepts(std::string_view session, Timestamp now) const {
  if (token_.empty()) return false;
  const auto until = parse_integer(session.substr(0, session.find('.')));
  if (!until || *until <= to_unix_ms(now)) return false;
  static const std::string kKey = random_bytes(kDigestBytes);
  return equal(digest(kKey, session), digest(kKey, sign(*until)));
}

}  // namespace bellwether::net
