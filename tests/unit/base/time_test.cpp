#include "base/time.hpp"

#include <gtest/gtest.h>

namespace bellwether {
namespace {

TEST(Time, ReadsRfc3339) {
  struct Case {
    const char* text;
    std::int64_t unix_ms;
  };
  for (const auto& [text, unix_ms] : {
           Case{"1970-01-01T00:00:00Z", 0},
           Case{"2026-02-06T10:53:30Z", 1770375210000},
           Case{"2026-02-06T10:53:30.123456Z", 1770375210123},
           Case{"2026-02-06T12:53:30+02:00", 1770375210000},
           Case{"2026-02-06T05:23:30-0530", 1770375210000},
           Case{"2026-02-06 10:53:30z", 1770375210000},
           Case{"2026-02-06", 1770336000000},
           Case{"2024-02-29T00:00:00Z", 1709164800000},
       }) {
    const auto read = parse_iso8601(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(to_unix_ms(*read), unix_ms) << text;
  }
}

TEST(Time, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "yesterday", "2026-02-30", "2026-13-01", "2026-02-06T24:00:00Z", "2026-02-06T10:53:30",
        "2026-02-06T10:53:30.Z", "2026-02-06T10:53:30Zx", "26-02-06", "2026-02-06T-1:00:00Z"}) {
    EXPECT_FALSE(parse_iso8601(text)) << text;
  }
}

TEST(Time, WritesWhatItReads) {
  EXPECT_EQ(format_iso8601(from_unix_ms(1770375210007)), "2026-02-06T10:53:30.007Z");
  EXPECT_EQ(format_iso8601(from_unix_ms(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(Time, ReadsDurations) {
  EXPECT_EQ(parse_duration("250ms"), Millis(250));
  EXPECT_EQ(parse_duration("30s"), std::chrono::seconds(30));
  EXPECT_EQ(parse_duration("15m"), std::chrono::minutes(15));
  EXPECT_EQ(parse_duration("12h"), std::chrono::hours(12));
  EXPECT_EQ(parse_duration("3d"), std::chrono::days(3));
  for (const char* text : {"", "3", "d", "-3d", "3 d", "3w", "99999999999d"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

}  // namespace
}  // namespace bellwether
