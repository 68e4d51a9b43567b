#include "anomalies/detector.hpp"

#include <cmath>
#include <functional>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace bellwether::anomalies {
namespace {

const Timestamp kStart = *parse_iso8601("2026-01-05T00:00:00Z");
constexpr double kPi = 3.14159265358979;

/// A shop's series: more by day than by night, less at the week's end, growing slowly.
double seasonal(Timestamp at) {
  const double hours = std::chrono::duration<double, std::ratio<3600>>(at - kStart).count();
  const double day = 1 + 0.6 * std::sin(2 * kPi * (hours - 9) / 24);
  const auto weekday = static_cast<int>(hours / 24) % 7;
  return 200 * day * (weekday >= 5 ? 0.6 : 1.0) * (1 + hours / 24 / 365);
}

using Noise = std::function<double(double level, std::mt19937& random)>;

double normal(double level, std::mt19937& random) {
  return level + std::normal_distribution(0.0, 12.0)(random);
}
double counts(double level, std::mt19937& random) {
  return static_cast<double>(std::poisson_distribution<int>(level)(random));
}
double relative(double level, std::mt19937& random) {
  return level * std::lognormal_distribution(0.0, 0.08)(random);
}
double heavy(double level, std::mt19937& random) {
  return level * (1 + 0.05 * std::student_t_distribution(4.0)(random));
}

struct Quiet {
  const char* name;
  Millis step;
  int values;
  Noise noise;
};

class FalseAlarms : public ::testing::TestWithParam<Quiet> {};

TEST_P(FalseAlarms, AreNotMoreThanTheConfidenceAllows) {
  const Quiet& quiet = GetParam();
  for (const double confidence : {0.8, 0.95, 0.99, 0.999}) {
    int outside = 0;
    int judged = 0;
    for (unsigned seed = 1; seed <= 20; ++seed) {
      std::mt19937 random(seed);
      Detector detector(quiet.step, confidence);
      for (int i = 0; i < quiet.values; ++i) {
        const Timestamp at = kStart + quiet.step * i;
        const double level =
            quiet.step >= std::chrono::days(1) ? 24 * seasonal(at + std::chrono::hours(15)) : seasonal(at);
        const Judgement judgement = detector.observe(at, quiet.noise(level, random));
        judged += judgement.is_ready ? 1 : 0;
        outside += judgement.is_outside() ? 1 : 0;
      }
    }
    const double share = static_cast<double>(outside) / judged;
    fmt::print("{} at {:g} %: {:.3f} % outside, {:.1f} of 30 days\n", quiet.name, confidence * 100,
               share * 100, share * static_cast<double>(Millis(std::chrono::days(30)) / quiet.step));
    // One in a thousand is seldom seen: heavy tails are learnt slowly.
    EXPECT_LE(share, (1 - confidence) * (confidence > 0.99 ? 1.5 : 1));
    if (confidence <= 0.99) {
      EXPECT_GE(share, (1 - confidence) / 4) << "the band is far too wide";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, FalseAlarms,
    ::testing::Values(Quiet{"hours, even noise", std::chrono::hours(1), 24 * 120, normal},
                      Quiet{"hours, counts", std::chrono::hours(1), 24 * 120, counts},
                      Quiet{"hours, relative noise", std::chrono::hours(1), 24 * 120, relative},
                      Quiet{"hours, heavy tails", std::chrono::hours(1), 24 * 120, heavy},
                      Quiet{"days, relative noise", std::chrono::days(1), 400, relative},
                      Quiet{"days, heavy tails", std::chrono::days(1), 400, heavy}),
    [](const auto& info) { return fmt::format("Case{}", info.index); });

/// Runs a quiet series with something done to it; hands over each judgement.
void play(int hours, double confidence,
          const std::function<std::optional<double>(int hour, double value)>& change,
          const std::function<void(int hour, const Judgement&)>& look) {
  std::mt19937 random(7);
  Detector detector(std::chrono::hours(1), confidence);
  for (int hour = 0; hour < hours; ++hour) {
    const Timestamp at = kStart + std::chrono::hours(hour);
    look(hour, detector.observe(at, change(hour, relative(seasonal(at), random))));
  }
}

TEST(Detector, SaysNothingBeforeItHasSeenThreeDays) {
  play(
      24 * 4, 0.99, [](int, double value) { return value; },
      [](int hour, const Judgement& judgement) { EXPECT_EQ(judgement.is_ready, hour >= 72) << hour; });
}

TEST(Detector, FindsWhatIsUnusualForTheTimeOfDay) {
  // As many at night as on a usual day.
  constexpr int kNight = 24 * 40 + 3;
  play(
      24 * 41, 0.99, [](int hour, double value) { return hour == kNight ? 200 : value; },
      [](int hour, const Judgement& judgement) {
        if (hour == kNight) {
          EXPECT_TRUE(judgement.is_above());
        }
      });
}

TEST(Detector, KeepsItsBandAfterHugeOutliers) {
  double before = 0;
  double after = 0;
  play(
      24 * 60, 0.99,
      [](int hour, double value) { return hour >= 24 * 40 && hour % 37 == 0 ? value * 1000 : value; },
      [&](int hour, const Judgement& judgement) {
        const double width = judgement.upper - judgement.lower;
        if (hour >= 24 * 30 && hour < 24 * 37) before += width;
        if (hour >= 24 * 51 && hour < 24 * 58) after += width;
      });
  EXPECT_LT(after, 3 * before);
}

TEST(Detector, FollowsALevelShift) {
  int alarms = 0;
  play(
      24 * 60, 0.99, [](int hour, double value) { return hour >= 24 * 40 ? value + 500 : value; },
      [&](int hour, const Judgement& judgement) {
        if (hour == 24 * 40) {
          EXPECT_TRUE(judgement.is_above());
        }
        if (hour >= 24 * 43) alarms += judgement.is_outside() ? 1 : 0;
      });
  EXPECT_LE(alarms, 24 * 17 / 25);
}

TEST(Detector, BridgesMissingBuckets) {
  int alarms = 0;
  play(
      24 * 60, 0.99,
      [](int hour, double value) -> std::optional<double> {
        if (hour >= 24 * 40 && hour < 24 * 42) return std::nullopt;
        return value;
      },
      [&](int hour, const Judgement& judgement) {
        if (hour >= 24 * 40 && hour < 24 * 42) {
          EXPECT_FALSE(judgement.is_outside());
        }
        if (hour >= 24 * 42) alarms += judgement.is_outside() ? 1 : 0;
      });
  EXPECT_LE(alarms, 24 * 18 / 50);
}

}  // namespace
}  // namespace bellwether::anomalies
