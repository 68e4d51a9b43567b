#include "alerts/window.hpp"

#include <gtest/gtest.h>

namespace bellwether::alerts {
namespace {

struct WindowCase {
  const char* windows;
  const char* zone;
  const char* time;
  bool open;
};

class NotificationWindows : public ::testing::TestWithParam<WindowCase> {};

TEST_P(NotificationWindows, AreOpenByTheLocalClock) {
  const WindowCase& one = GetParam();
  const auto windows = parse_windows(std::string(R"({"windows":)") + one.windows + "}");
  ASSERT_TRUE(windows) << windows.error().describe();
  EXPECT_EQ(is_open(*windows, *calendar::TimeZone::find(one.zone), *parse_iso8601(one.time)), one.open);
}

// 2 February 2026 is a Monday.
constexpr const char* kMonday = R"([{"start_day":0,"end_day":0,"start_time":"09:00","end_time":"17:00"}])";
constexpr const char* kNight = R"([{"start_day":2,"end_day":3,"start_time":"22:00","end_time":"06:00"}])";
constexpr const char* kWeekend = R"([{"start_day":4,"end_day":7,"start_time":"18:00","end_time":"08:00"}])";
constexpr const char* kWholeDays = R"([{"start_day":5,"end_day":6}])";
constexpr const char* kTwo =
    R"([{"start_day":0,"end_day":0},{"start_day":2,"end_day":2,"start_time":"12:00","end_time":"24:00"}])";
constexpr const char* kSunday = R"([{"start_day":6,"end_day":6,"start_time":"02:00","end_time":"03:00"}])";

INSTANTIATE_TEST_SUITE_P(
    Table, NotificationWindows,
    ::testing::Values(WindowCase{"[]", "UTC", "2026-02-02T00:00:00Z", true},
                      WindowCase{kMonday, "UTC", "2026-02-02T08:59:59Z", false},
                      WindowCase{kMonday, "UTC", "2026-02-02T09:00:00Z", true},
                      WindowCase{kMonday, "UTC", "2026-02-02T17:00:00Z", false},
                      WindowCase{kMonday, "UTC", "2026-02-03T10:00:00Z", false},
                      WindowCase{kMonday, "Asia/Kolkata", "2026-02-02T03:30:00Z", true},
                      WindowCase{kNight, "UTC", "2026-02-04T22:00:00Z", true},
                      WindowCase{kNight, "UTC", "2026-02-05T05:59:00Z", true},
                      WindowCase{kNight, "UTC", "2026-02-05T06:00:00Z", false},
                      WindowCase{kNight, "UTC", "2026-02-04T12:00:00Z", false},
                      // Over the week's end, into Monday.
                      WindowCase{kWeekend, "UTC", "2026-02-06T18:00:00Z", true},
                      WindowCase{kWeekend, "UTC", "2026-02-08T12:00:00Z", true},
                      WindowCase{kWeekend, "UTC", "2026-02-09T07:59:00Z", true},
                      WindowCase{kWeekend, "UTC", "2026-02-09T08:00:00Z", false},
                      WindowCase{kWholeDays, "UTC", "2026-02-08T23:59:59Z", true},
                      WindowCase{kWholeDays, "UTC", "2026-02-09T00:00:00Z", false},
                      WindowCase{kTwo, "UTC", "2026-02-04T11:00:00Z", false},
                      WindowCase{kTwo, "UTC", "2026-02-04T23:59:00Z", true},
                      // The hour from 2 to 3 is not there on 29 March, and comes twice on 25 October.
                      WindowCase{kSunday, "Europe/Berlin", "2026-03-29T01:00:00Z", false},
                      WindowCase{kSunday, "Europe/Berlin", "2026-10-25T00:30:00Z", true},
                      WindowCase{kSunday, "Europe/Berlin", "2026-10-25T01:30:00Z", true},
                      WindowCase{kSunday, "Europe/Berlin", "2026-10-25T02:00:00Z", false}));

TEST(NotificationWindows, AreRefusedWhereTheyAreWrong) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {R"({})", "windows: is missing"},
      {R"({"windows":[],"time_zone":"Nowhere"})",
       "time_zone: there is no time zone \"Nowhere\"; they are named like \"Europe/Berlin\""},
      {R"({"windows":[{"start_day":7,"end_day":8}]})",
       "windows[0].start_day: must be a whole number from 0 to 6"},
      {R"({"windows":[{"start_day":0,"end_day":0,"start_time":"9:00"}]})",
       "windows[0].start_time: must be a time such as \"09:30\""},
      {R"({"windows":[{"start_day":0,"end_day":0,"end_time":"24:01"}]})",
       "windows[0].end_time: must be a time such as \"09:30\""},
      {R"({"windows":[{"start_day":5,"end_day":1}]})",
       "windows[0]: must end after it starts: the following week's days are 7 to 13"},
      {R"({"windows":[{"start_day":0,"end_day":7}]})", "windows[0]: must not be longer than a week"}};
  for (const auto& [text, message] : cases)
    EXPECT_EQ(parse_windows(text).error().describe(), message) << text;
}

}  // namespace
}  // namespace bellwether::alerts
