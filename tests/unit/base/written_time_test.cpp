#include "base/written_time.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace bellwether {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Millis kTen{1795168800000};  ///< 2026-11-20 10:00 in UTC
constexpr Millis kMidnight = kTen - hours(10);

TEST(WrittenTime, ReadsTheUsualForms) {
  struct Case {
    std::string text;
    Millis local;
    std::optional<Millis> ahead = {};
    std::string zone = {};
  };
  const std::vector<Case> cases{{"2026-11-20", kMidnight},
                                {"2026/11/20", kMidnight},
                                {"20261120", kMidnight},
                                {"2026-11-20 10:00", kTen},
                                {"2026-11-20 10:00:00", kTen},
                                {"2026-11-20T10:00:00", kTen},
                                {"2026-11-20t10:00:00z", kTen, Millis(0)},
                                {"2026/11/20 10:00:00", kTen},
                                {"20261120100000", kTen},
                                {"20261120T100000Z", kTen, Millis(0)},
                                {"2026-11-20 10:00:00.1", kTen + Millis(100)},
                                {"2026-11-20 10:00:00.123", kTen + Millis(123)},
                                {"2026-11-20 10:00:00,123", kTen + Millis(123)},
                                {"2026-11-20 10:00:00.123456", kTen + Millis(123)},
                                {"2026-11-20T10:00:00.999999999Z", kTen + Millis(999), Millis(0)},
                                {"2026-11-20 10:00:00 UTC", kTen, Millis(0)},
                                {"2026-11-20 10:00:00+00", kTen, Millis(0)},
                                {"2026-11-20 10:00:00+01", kTen, Millis(hours(1))},
                                {"2026-11-20T10:00:00-0330", kTen, -Millis(hours(3) + minutes(30))},
                                {"2026-11-20 10:00:00 +05:45", kTen, Millis(hours(5) + minutes(45))},
                                {"2026-11-20 10:00:00 Europe/Zurich", kTen, {}, "Europe/Zurich"},
                                {"2026-11-20 10:00:60", kTen + minutes(1)},  // a leap second
                                {"2024-02-29", Millis(1709164800000)},
                                {"1969-12-31 23:59:59", Millis(-1000)}};
  for (const auto& [text, local, ahead, zone] : cases) {
    const auto time = parse_written_time(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(time->local, local) << text;
    EXPECT_EQ(time->ahead, ahead) << text;
    EXPECT_EQ(time->zone, zone) << text;
    EXPECT_EQ(time->is_date, local == kMidnight || text == "2024-02-29") << text;
  }
}

TEST(WrittenTime, RefusesWhatIsNoneOrCouldBeTwo) {
  for (const char* text : {"",
                           "soon",
                           "2026",
                           "2026-11",
                           "2026-13-01",
                           "2026-02-29",
                           "2026-11-31",
                           "20/11/2026",
                           "11/20/2026",
                           "2026-11/20",
                           "2026-11-20 ",
                           "2026-11-20 10",
                           "2026-11-20 24:00:00",
                           "2026-11-20 10:60:00",
                           "2026-11-20 10:00:00.",
                           "2026-11-20 10:00:00.x",
                           "2026-11-20 10:00:00+",
                           "2026-11-20 10:00:00+1",
                           "2026-11-20 10:00:00+01:00x",
                           "2026-11-20 10:00:00 5",
                           "2026-11-2010:00",
                           "-026-11-20",
                           "1795168800",
                           "1795168800000"}) {
    const auto time = parse_written_time(text);
    EXPECT_FALSE(time) << text << " " << (time ? time->local.count() : 0);
  }
}

}  // namespace
}  // namespace bellwether
