#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/calendar.hpp"
#include "selection/definition_reader.hpp"

namespace bellwether::alerts {

/// A stretch of the week in which notifications may be sent, in minutes since Monday 0:00. It may run over
/// the week's end: `end` is then more than a week.
struct Window {
  int start = 0;
  int end = 0;  ///< excluded; at most a week behind the start
};

/// When notifications may be sent; always when there are no windows.
struct Windows {
  std::string time_zone = "UTC";
  std::vector<Window> windows;
};

/// Reads
///
///     {"time_zone": "Europe/Berlin",
///      "windows": [{"start_day": 0, "end_day": 4, "start_time": "09:00", "end_time": "17:00"}]}
///
/// Days count from Monday, 0 to 6; an end day of 7 to 13 lies in the following week (contract). Each is one
/// stretch from its start to its end, day and night; without times from the start day's midnight to the end
/// day's end.
std::expected<Windows, ParseError> parse_windows(std::string_view json);

/// In the same form.
std::string to_json(const Windows& windows);

/// By the clock on the wall, so also right when it changes.
bool is_open(const Windows& windows, const calendar::TimeZone& zone, Timestamp at);

}  // namespace bellwether::alerts
