#include "importer/event_time.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace bellwether::importer {
namespace {

constexpr std::int64_t kTen = 1795168800000;  ///< 2026-11-20 10:00 in UTC
constexpr std::int64_t kHour = 3'600'000;

TEST(EventTime, NumbersAreTakenByTheirSizeAndTextByItsForm) {
  struct Case {
    std::string text;
    std::int64_t utc;
    std::int64_t zurich;
  };
  const std::vector<Case> cases{{"1795168800", kTen, kTen},
                                {"1795168800.123", kTen + 123, kTen + 123},
                                {"1.7951688E9", kTen, kTen},
                                {"1795168800000", kTen, kTen},
                                {"1795168800000000", kTen, kTen},
                                {"1795168800000000000", kTen, kTen},
                                {" 1795168800 ", kTen, kTen},
                                {"31536000", 31'536'000'000, 31'536'000'000},
                                {"20261120", kTen - 10 * kHour, kTen - 11 * kHour},
                                {"2026-11-20", kTen - 10 * kHour, kTen - 11 * kHour},
                                {"2026-11-20 10:00:00", kTen, kTen - kHour},
                                {"2026-11-20T10:00:00.5", kTen + 500, kTen + 500 - kHour},
                                {"2026-07-20 12:00:00", 1784548800000, 1784548800000 - 2 * kHour},
                                {"2026-11-20T10:00:00Z", kTen, kTen},
                                {"2026-11-20 11:00:00+01", kTen, kTen},
                                {"2026-11-20 05:00:00 America/New_York", kTen, kTen}};
  const auto zurich = calendar::TimeZone::find("Europe/Zurich");
  ASSERT_TRUE(zurich);
  for (const auto& [text, in_utc, in_zurich] : cases) {
    EXPECT_EQ(parse_event_time(text, calendar::TimeZone::utc()), in_utc) << text;
    EXPECT_EQ(parse_event_time(text, *zurich), in_zurich) << text;
  }
}

TEST(EventTime, WhatIsNotReadIsToldWithWhatIs) {
  for (const char* text : {"", "soon", "20.11.2026", "2026-11-20 10:00:00 Nowhere/None", "nan", "inf"}) {
    const auto time = parse_event_time(text, calendar::TimeZone::utc());
    ASSERT_FALSE(time) << text;
    EXPECT_NE(time.error().find("milliseconds since 1970"), std::string::npos) << time.error();
  }
}

TEST(EventTime, WhatLiesBefore1971IsRefused) {
  for (const char* text : {"0", "-1", "45982.5", "86400", "1970-02-15", "1970-12-31T23:59:59Z"}) {
    const auto time = parse_event_time(text, calendar::TimeZone::utc());
    ASSERT_FALSE(time) << text;
    EXPECT_NE(time.error().find("before 1971"), std::string::npos) << time.error();
  }
}

TEST(EventTime, IsWrittenSoThatItIsReadAsItIs) {
  EXPECT_EQ(time_as_json(1795168800123), "1795168800123");
  EXPECT_EQ(time_as_json(100'000'000'000), "100000000000");
  EXPECT_EQ(time_as_json(99'999'999'999), "99999999.999")
      << "as milliseconds it would be seconds of the year 5138";
  EXPECT_EQ(time_as_json(63'072'000'007), "63072000.007");
}

}  // namespace
}  // namespace bellwether::importer
