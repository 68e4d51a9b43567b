#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Instants are UTC milliseconds. Rules never read a clock: whoever calls them passes `now`.
namespace bellwether {

using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
using Millis = std::chrono::milliseconds;

Timestamp system_now();

inline std::int64_t to_unix_ms(Timestamp t) {
  return t.time_since_epoch().count();
}
inline Timestamp from_unix_ms(std::int64_t ms) {
  return Timestamp(Millis(ms));
}

/// "2026-02-06T10:53:30.000Z"
std::string format_iso8601(Timestamp t);

/// Reads a time that says where (RFC 3339 and the forms of written_time.hpp), and a bare date (midnight UTC).
std::optional<Timestamp> parse_iso8601(std::string_view text);

/// "90s", "30m", "12h", "3d", "250ms"; no value for anything else.
std::optional<Millis> parse_duration(std::string_view text);

}  // namespace bellwether
