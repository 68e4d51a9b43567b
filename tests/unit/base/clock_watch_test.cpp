#include "base/clock_watch.hpp"

#include <gtest/gtest.h>

namespace bellwether {
namespace {

using namespace std::chrono_literals;

const Timestamp kNoon = *parse_iso8601("2026-02-06T12:00:00Z");

/// A wall clock that somebody sets, and a monotonic one that nobody can.
struct Clocks {
  Timestamp wall = kNoon;
  ClockWatch::Steady::time_point steady{};

  void pass(Millis time) {
    wall += time;
    steady += time;
  }
  std::optional<Timestamp> look(ClockWatch& watch) const { return watch.look(wall, steady); }
};

TEST(ClockWatch, FollowsAClockThatIsRight) {
  Clocks clocks;
  ClockWatch watch(kNoon - 30s);
  for (int hour = 0; hour < 100; ++hour, clocks.pass(1h)) {
    EXPECT_EQ(clocks.look(watch), clocks.wall);
    EXPECT_EQ(watch.last(), clocks.wall);
  }
}

TEST(ClockWatch, KnowsNoTimeBeforeAnUnknownClockHasSettled) {
  Clocks clocks;
  ClockWatch watch(std::nullopt);
  for (int minute = 0; minute < 60; ++minute, clocks.pass(1min)) {
    EXPECT_FALSE(clocks.look(watch));
    EXPECT_FALSE(watch.last());
  }
  EXPECT_EQ(clocks.look(watch), clocks.wall);
}

TEST(ClockWatch, DoesNotBelieveAClockThatIsAheadForAWhile) {
  for (const Millis jump : {Millis(11min), Millis(24h), Millis(2 * 366 * 24h)}) {
    Clocks clocks;
    ClockWatch watch(kNoon);
    clocks.look(watch);
    clocks.wall += jump;
    for (int minute = 1; minute < 60; ++minute) {
      clocks.pass(1min);
      EXPECT_EQ(clocks.look(watch), kNoon + std::chrono::minutes(minute));
    }
    clocks.wall -= jump;
    clocks.pass(1min);
    EXPECT_EQ(clocks.look(watch), kNoon + 1h);
  }
}

TEST(ClockWatch, BelievesAJumpAfterTheClockStayedThere) {
  Clocks clocks;
  ClockWatch watch(kNoon - 30 * 24h);  // the process was down
  EXPECT_EQ(clocks.look(watch), kNoon - 30 * 24h);
  clocks.pass(59min);
  EXPECT_EQ(clocks.look(watch), kNoon - 30 * 24h + 59min);
  clocks.pass(1min);
  EXPECT_EQ(clocks.look(watch), kNoon + 1h);
}

TEST(ClockWatch, CountsFromTheLastOfSeveralJumps) {
  Clocks clocks;
  ClockWatch watch(kNoon);
  clocks.wall += 24h;
  clocks.look(watch);
  clocks.pass(50min);
  clocks.look(watch);
  clocks.wall += 24h;
  clocks.pass(20min);
  EXPECT_EQ(clocks.look(watch), kNoon + 70min);
  clocks.pass(59min);
  EXPECT_EQ(clocks.look(watch), kNoon + 129min);
  clocks.pass(1min);
  EXPECT_EQ(clocks.look(watch), clocks.wall);
}

TEST(ClockWatch, BelievesAClockThatGoesBackAtOnce) {
  Clocks clocks;
  ClockWatch watch(kNoon);
  clocks.look(watch);
  clocks.wall -= 366 * 24h;
  EXPECT_EQ(clocks.look(watch), kNoon - 366 * 24h);
  clocks.wall += 366 * 24h;
  EXPECT_EQ(clocks.look(watch), kNoon - 366 * 24h) << "it jumped ahead from there";
}

TEST(ClockWatch, NeverGivesATimeAheadOfTheClock) {
  Clocks clocks;
  ClockWatch watch(kNoon + 24h);  // an earlier process stored the time of a wrong clock
  EXPECT_EQ(clocks.look(watch), kNoon);
}

TEST(ClockWatch, BelievesSmallSteps) {
  Clocks clocks;
  ClockWatch watch(kNoon);
  clocks.look(watch);
  clocks.wall += 9min;
  EXPECT_EQ(clocks.look(watch), kNoon + 9min);
}

}  // namespace
}  // namespace bellwether
