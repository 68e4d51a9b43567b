#pragma once

#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace bellwether {

/// A moment as people and programs write it, which need not say where.
struct WrittenTime {
  Millis local{0};              ///< since 1970-01-01 00:00 by the writer's clock
  bool is_date = false;         ///< the day alone
  std::optional<Millis> ahead;  ///< of UTC, when an offset is written
  std::string_view zone;        ///< a zone's name, when one is written in place of an offset; not looked up
};

/// Reads ISO 8601, RFC 3339 and what databases and spreadsheets write:
///
///     2026-11-20    2026/11/20    20261120
///     2026-11-20 10:00    2026-11-20T10:00:00    2026-11-20 10:00:00.123456    20261120100000
///
/// and behind a time, with or without a blank, `Z`, `UTC`, `GMT`, `+01`, `+0100`, `+01:00` or a zone's name. A fraction is cut
/// off at milliseconds. Days and months in another order are not read: nothing tells which is which.
std::optional<WrittenTime> parse_written_time(std::string_view text);

}  // namespace bellwether
