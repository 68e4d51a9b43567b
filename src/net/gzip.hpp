#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <string>
#include <string_view>

namespace bellwether::net {

enum class InflateFault {
  kCorrupt,   ///< not gzip, or cut off
  kTooLarge,  ///< inflates to more than the limit
  kNoRoom,    ///< what it inflates to may not be held now
};

/// Inflates a whole gzip body (one or more members). Never holds more than `limit` bytes of output, and asks
/// `may_hold` before it holds more of it.
std::expected<std::string, InflateFault> inflate_gzip(
    std::string_view body, std::size_t limit,
    const std::function<bool(std::size_t)>& may_hold = [](std::size_t) { return true; });

/// The body as one gzip member, made quickly rather than small.
std::string deflate_gzip(std::string_view body);

}  // namespace bellwether::net
