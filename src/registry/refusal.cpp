#include "registry/refusal.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.hpp"

namespace bellwether::registry {

namespace {

constexpr std::size_t kMostName = 100;

/// Of valid UTF-8.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

Outcome<void> check_name(std::string_view what, std::string_view name) {
  const bool printable =
      std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (is_utf8(name) && printable && !name.empty() && characters(name) <= kMostName) return {};
  return refuse(
      Refusal::Kind::kInvalid,
      fmt::format("{} must be a text of 1 to {} characters without control characters", what, kMostName));
}

}  // namespace bellwether::registry
