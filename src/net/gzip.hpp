#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace bellwether::net {

enum class InflateFault {
  kCorrupt,   ///< not gzip, or cut off
  kTooLarge,  ///< inflates to more than the limit
};

/// Inflates a whole gzip body (one or more members). Never holds more than `limit` bytes of output.
std::expected<std::string, InflateFault> inflate_gzip(std::string_view body, std::size_t limit);

/// The body as one gzip member, made quickly rather than small.
std::string deflate_gzip(std::string_view body);

}  // namespace bellwether::net
