#include "registry/checks.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/shorten.hpp"
#include "base/utf8.hpp"

namespace bellwether::registry {

namespace {

constexpr std::size_t kMaxUrl = 2083;
constexpr std::size_t kMaxCredential = 255;

}  // namespace

Result<void> check_name(std::string_view what, std::string_view name, std::size_t most) {
  const bool printable =
      std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (is_utf8(name) && printable && !name.empty() && count_characters(name) <= most) return {};
  return fail(
      Error::Kind::kInvalid,
      fmt::format("{} must be a string of 1 to {} characters without control characters", what, most));
}

bool is_email(std::string_view text) {
  constexpr std::string_view kForbidden = "<>()\\\",;";
  const auto is_fine = [&](char c) { return c > ' ' && c < 0x7f && !kForbidden.contains(c); };
  const std::size_t at = text.find('@');
  return text.size() <= kMaxCredential && std::ranges::all_of(text, is_fine) &&
         at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string_view::npos;
}

Result<void> check_url(std::string_view what, std::string_view url) {
  const bool printable = std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f; });
  const bool sound = printable && (url.starts_with("https://") || url.starts_with("http://")) &&
                     url.size() <= kMaxUrl && url.find("://") + 3 < url.size();
  if (sound) return {};
  return fail(Error::Kind::kInvalid,
              fmt::format("{}'s url must begin with https:// (or http://) and have at most {} characters",
                          what, kMaxUrl));
}

Result<void> check_credentials(std::string_view what, std::string_view user, std::string_view password) {
  const bool sound = user.find(':') == std::string_view::npos && user.size() <= kMaxCredential &&
                     password.size() <= kMaxCredential && (password.empty() || !user.empty());
  if (sound) return {};
  return fail(Error::Kind::kInvalid,
              fmt::format("{}'s user must not hold ':', and a password needs a user", what));
}

}  // namespace bellwether::registry
