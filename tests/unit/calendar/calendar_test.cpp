#include "calendar/calendar.hpp"

#include <gtest/gtest.h>

namespace bellwether::calendar {
namespace {

Timestamp at(std::string_view text) {
  return *parse_iso8601(text);
}

TEST(TimeZone, IsFoundByItsName) {
  EXPECT_EQ(TimeZone::find("Europe/Berlin")->name(), "Europe/Berlin");
  EXPECT_EQ(TimeZone::find("Berlin").error().message,
            "there is no time zone \"Berlin\"; they are named like \"Europe/Berlin\"");
}

TEST(TimeZone, AnInstantByItsLocalClock) {
  struct Case {
    const char* zone;
    const char* local;  ///< as if it were UTC
    const char* instant;
  };
  for (const auto& [zone, local, instant] :
       {Case{"UTC", "2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z"},
        Case{"Europe/Zurich", "2026-11-20T10:00:00Z", "2026-11-20T09:00:00Z"},
        Case{"Europe/Zurich", "2026-07-20T10:00:00Z", "2026-07-20T08:00:00Z"},
        Case{"Europe/Zurich", "2026-10-25T02:30:00Z", "2026-10-25T00:30:00Z"},     // comes twice
        Case{"Europe/Zurich", "2026-03-29T02:30:00Z", "2026-03-29T01:00:00Z"}}) {  // is jumped over
    EXPECT_EQ(format_iso8601(TimeZone::find(zone)->instant(at(local).time_since_epoch())),
              format_iso8601(at(instant)))
        << zone << " " << local;
  }
}

struct BucketCase {
  const char* zone;
  Unit unit;
  const char* time;
  const char* start;
  const char* next;
};

class Buckets : public ::testing::TestWithParam<BucketCase> {};

TEST_P(Buckets, BeginAndEndAsTheLocalClockSays) {
  const BucketCase& one = GetParam();
  const TimeZone zone = *TimeZone::find(one.zone);
  const Timestamp start = bucket_start(one.unit, at(one.time), zone);
  EXPECT_EQ(format_iso8601(start), format_iso8601(at(one.start)));
  EXPECT_EQ(format_iso8601(next_bucket(one.unit, start, zone)), format_iso8601(at(one.next)));
  EXPECT_EQ(format_iso8601(bucket_start(one.unit, next_bucket(one.unit, start, zone), zone)),
            format_iso8601(at(one.next)));
}

INSTANTIATE_TEST_SUITE_P(
    Table, Buckets,
    ::testing::Values(BucketCase{"UTC", Unit::kMinute, "2026-02-06T10:53:30Z", "2026-02-06T10:53:00Z",
                                 "2026-02-06T10:54:00Z"},
                      BucketCase{"UTC", Unit::kHour, "2026-02-06T10:53:30Z", "2026-02-06T10:00:00Z",
                                 "2026-02-06T11:00:00Z"},
                      BucketCase{"UTC", Unit::kHour, "1969-12-31T23:30:00Z", "1969-12-31T23:00:00Z",
                                 "1970-01-01T00:00:00Z"},
                      BucketCase{"Asia/Kolkata", Unit::kHour, "2026-02-06T10:53:30Z", "2026-02-06T10:30:00Z",
                                 "2026-02-06T11:30:00Z"},
                      BucketCase{"Asia/Kolkata", Unit::kDay, "2026-02-06T19:00:00Z", "2026-02-06T18:30:00Z",
                                 "2026-02-07T18:30:00Z"},
                      // The clock goes forward: a day of 23 hours; and back: one of 25.
                      BucketCase{"Europe/Berlin", Unit::kDay, "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z",
                                 "2026-03-29T22:00:00Z"},
                      BucketCase{"Europe/Berlin", Unit::kDay, "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z",
                                 "2026-10-25T23:00:00Z"},
                      BucketCase{"Europe/Berlin", Unit::kHour, "2026-10-25T01:30:00Z", "2026-10-25T01:00:00Z",
                                 "2026-10-25T02:00:00Z"},
                      // Half an hour back: the local hour from 1:00 comes twice, the first one cut short.
                      BucketCase{"Australia/Lord_Howe", Unit::kHour, "2026-04-04T14:45:00Z",
                                 "2026-04-04T14:00:00Z", "2026-04-04T15:00:00Z"},
                      // Midnight is jumped over.
                      BucketCase{"America/Santiago", Unit::kDay, "2026-09-06T12:00:00Z",
                                 "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"},
                      BucketCase{"Europe/Berlin", Unit::kWeek, "2026-02-08T22:59:59Z", "2026-02-01T23:00:00Z",
                                 "2026-02-08T23:00:00Z"},
                      BucketCase{"Europe/Berlin", Unit::kMonth, "2026-03-31T22:30:00Z",
                                 "2026-03-31T22:00:00Z", "2026-04-30T22:00:00Z"},
                      BucketCase{"UTC", Unit::kMonth, "2026-12-15T00:00:00Z", "2026-12-01T00:00:00Z",
                                 "2027-01-01T00:00:00Z"}));

TEST(Buckets, AreCountedBackwardsAcrossAChangeOfTheClock) {
  const TimeZone berlin = *TimeZone::find("Europe/Berlin");
  EXPECT_EQ(earlier_bucket(Unit::kDay, at("2026-03-30T22:00:00Z"), 2, berlin), at("2026-03-28T23:00:00Z"));
  EXPECT_EQ(earlier_bucket(Unit::kMonth, at("2026-03-31T22:00:00Z"), 3, berlin), at("2025-12-31T23:00:00Z"));
}

TEST(Buckets, BoundsHoldAllThatTheRangeTouches) {
  const auto bounds =
      bucket_bounds(Unit::kDay, at("2026-02-06T10:00:00Z"), at("2026-02-08T00:00:00Z"), TimeZone::utc());
  const std::vector<Timestamp> expected{at("2026-02-06T00:00:00Z"), at("2026-02-07T00:00:00Z"),
                                        at("2026-02-08T00:00:00Z")};
  EXPECT_EQ(bounds, expected);
}

TEST(LocalTime, KnowsTheWeekday) {
  const LocalTime time = TimeZone::find("America/New_York")->local(at("2026-02-06T03:30:00Z"));
  EXPECT_EQ(time.weekday, 3);  // a Thursday evening
  EXPECT_EQ(time.minute_of_day, 22 * 60 + 30);
  EXPECT_EQ(TimeZone::find("America/New_York")->format(at("2026-02-06T03:30:00Z")), "2026-02-05 22:30");
}

}  // namespace
}  // namespace bellwether::calendar
