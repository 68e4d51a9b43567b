#include "retry_policy/retry.hpp"

#include <gtest/gtest.h>

namespace bellwether::retry_policy {
namespace {

using std::chrono::seconds;

TEST(Retry, FivePausesWithinAMinute) {
  Millis paused(0);
  for (std::size_t attempts = 1; attempts <= kRetryPauses.size(); ++attempts) {
    const auto pause = next_pause(attempts, paused, 0, std::nullopt);
    ASSERT_TRUE(pause) << attempts;
    EXPECT_EQ(*pause, kRetryPauses[attempts - 1]);
    paused += *pause;
  }
  EXPECT_EQ(paused, kRetryBudget);
  EXPECT_FALSE(next_pause(6, paused, 0, std::nullopt));
  EXPECT_FALSE(next_pause(0, Millis(0), 0, std::nullopt));
}

TEST(Retry, JitterShortensByAQuarterAtMost) {
  EXPECT_EQ(next_pause(4, Millis(0), 1, std::nullopt), seconds(12));
  EXPECT_EQ(next_pause(4, Millis(0), 0.5, std::nullopt), seconds(14));
  EXPECT_EQ(next_pause(4, Millis(0), 9, std::nullopt), seconds(12));
}

TEST(Retry, WaitsAsLongAsToldWithinTheBudget) {
  EXPECT_EQ(next_pause(1, Millis(0), 0, seconds(20)), seconds(20));
  EXPECT_EQ(next_pause(5, seconds(30), 0, seconds(1)), seconds(30)) << "never sooner than planned";
  EXPECT_EQ(next_pause(1, Millis(0), 0, seconds(60)), seconds(60));
  EXPECT_FALSE(next_pause(1, Millis(0), 0, seconds(61)));
  EXPECT_FALSE(next_pause(2, seconds(50), 0, seconds(11)));
}

}  // namespace
}  // namespace bellwether::retry_policy
