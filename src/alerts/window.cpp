#include "alerts/window.hpp"

#include <algorithm>
#include <charconv>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/json_writer.hpp"

namespace bellwether::alerts {

namespace {

namespace json = boost::json;
using selection::ObjectReader;
using selection::read_whole_number;
using selection::refuse;

constexpr int kDay = 24 * 60;
constexpr int kWeek = 7 * kDay;
constexpr std::size_t kMaxWindows = 20;

/// "HH:MM", 00:00 to 24:00.
int read_time(const json::value& value, const std::string& path) {
  const std::string_view text = value.is_string() ? std::string_view(value.get_string()) : std::string_view();
  int hour = -1;
  int minute = -1;
  if (text.size() == 5 && text[2] == ':') {
    std::from_chars(text.data(), text.data() + 2, hour);
    std::from_chars(text.data() + 3, text.data() + 5, minute);
  }
  const bool sound = hour >= 0 && minute >= 0 && minute < 60 && hour * 60 + minute <= kDay;
  if (!sound) refuse(path, "must be a time such as \"09:30\"");
  return hour * 60 + minute;
}

Window read_window(const json::value& value, const std::string& path) {
  const ObjectReader object(value, path, {"start_day", "end_day", "start_time", "end_time"});
  const auto day = [&](std::string_view key, int most) {
    return static_cast<int>(read_whole_number(object.at(key), object.at_path(key), 0, most)) * kDay;
  };
  const auto time = [&](std::string_view key, int otherwise) {
    const json::value* found = object.find(key);
    return found == nullptr ? otherwise : read_time(*found, object.at_path(key));
  };
  const Window window{day("start_day", 6) + time("start_time", 0),
                      day("end_day", 13) + time("end_time", kDay)};
  if (window.end <= window.start)
    refuse(path, "must end after it starts: the following week's days are 7 to 13");
  if (window.end - window.start > kWeek) refuse(path, "must not be longer than a week");
  return window;
}

}  // namespace

std::expected<Windows, ParseError> parse_windows(std::string_view text) {
  Windows windows;
  const auto read = selection::read_definition(text, [&](const json::value& document) {
    const ObjectReader object(document, "", {"time_zone", "windows"});
    if (const json::value* zone = object.find("time_zone")) {
      windows.time_zone = selection::read_name(*zone, "time_zone");
      if (const auto found = calendar::TimeZone::find(windows.time_zone); !found)
        refuse("time_zone", found.error().message);
    }
    selection::for_each_item(object.at("windows"), "windows", 0, kMaxWindows,
                             [&](const json::value& item, const std::string& at) {
                               windows.windows.push_back(read_window(item, at));
                             });
  });
  if (!read) return std::unexpected(read.error());
  return windows;
}

std::string to_json(const Windows& windows) {
  const auto time = [](int minute) { return fmt::format("{:02}:{:02}", minute / 60, minute % 60); };
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("time_zone").value(windows.time_zone).key("windows").begin_array();
  for (const Window& window : windows.windows) {
    // Midnight is the end of the day before it.
    const int end_day = (window.end - 1) / kDay;
    json.begin_object().key("start_day").value(window.start / kDay).key("end_day").value(end_day);
    json.key("start_time").value(time(window.start % kDay));
    json.key("end_time").value(time(window.end - end_day * kDay)).end_object();
  }
  json.end_array().end_object();
  return text;
}

bool is_open(const Windows& windows, const calendar::TimeZone& zone, Timestamp at) {
  if (windows.windows.empty()) return true;
  const calendar::LocalTime local = zone.local(at);
  const int minute = local.weekday * kDay + local.minute_of_day;
  return std::ranges::any_of(windows.windows, [&](const Window& window) {
    return (minute >= window.start && minute < window.end) || minute + kWeek < window.end;
  });
}

}  // namespace bellwether::alerts
