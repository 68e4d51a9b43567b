#include "api/sessions.hpp"

#include <array>
#include <chrono>
#include <random>

#include "api/browser.hpp"
#include "base/encoding.hpp"

namespace bellwether::api {

namespace {

/// 256 bits of the system's random numbers.
std::string secret_key() {
  std::random_device random;  // getrandom(2) or /dev/urandom
  std::array<unsigned, 8> numbers{};
  for (unsigned& number : numbers) number = random();
  return {reinterpret_cast<const char*>(numbers.data()), sizeof numbers};
}

}  // namespace

Sessions::Sessions(bool has_token) : key_(has_token ? secret_key() : "") {}

void Sessions::serve_at(std::uint16_t port, bool is_secure) {
  is_secure_ = is_secure;
  cookie_ = (is_secure ? "__Host-bellwether_session_" : "bellwether_session_") + std::to_string(port);
}

bool Sessions::has_session(const net::RequestHead& head, Timestamp now) const {
  const std::string_view session = find_cookie(head, cookie_);
  const auto until = parse_integer(session.substr(0, session.find('.')));
  // One that would last longer than any was issued by a clock that was ahead.
  if (!until || *until > to_unix_ms(now + net::SessionKey::kLasts)) return false;
  return key_.accepts(session, now);
}

net::Header Sessions::begin(Timestamp now) const {
  using std::chrono::seconds;
  const auto lasts = std::chrono::duration_cast<seconds>(net::SessionKey::kLasts).count();
  // Lax: a link in a mail opens the page that it leads to; other sites' forms come without it.
  std::string cookie =
      cookie_ + "=" + key_.issue(now) + "; Path=/; HttpOnly; SameSite=Lax; Max-Age=" + std::to_string(lasts);
  if (is_secure_) cookie += "; Secure";
  return {"Set-Cookie", std::move(cookie)};
}

}  // namespace bellwether::api
