#include "anomalies/novelty.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace bellwether::anomalies {
namespace {

const Timestamp kStart = *parse_iso8601("2026-01-05T00:00:00Z");
constexpr Millis kHour = std::chrono::hours(1);

/// The plain reading of "the nearest earlier stretch": every stretch is compared in full.
double nearest_plainly(const std::vector<double>& values, std::size_t length) {
  double best = -1;
  for (std::size_t end = length - 1; end + length < values.size(); ++end) {
    double largest = 0;
    for (std::size_t back = 0; back < length; ++back)
      largest = std::max(largest, std::abs(values[end - back] - values[values.size() - 1 - back]));
    if (best < 0 || largest < best) best = largest;
  }
  return best;
}

TEST(NearestNeighbours, AreThoseOfAPlainSearch) {
  std::mt19937 random(3);
  NearestNeighbours nearest{Season(kHour)};
  std::vector<double> values;
  for (int i = 0; i < 400; ++i) {
    values.push_back(std::floor(std::uniform_real_distribution(0.0, 50.0)(random)));
    const auto& distances = nearest.observe(kStart + i * kHour, values.back());
    if (i < 200) continue;
    std::size_t place = 0;
    for (const std::size_t length : {1UL, 2UL, 8UL, 64UL})
      ASSERT_EQ(distances[place++], nearest_plainly(values, length)) << i << " " << length;
  }
}

TEST(NearestNeighbours, AskWhetherItWasSeenAtThisTimeOfDay) {
  NearestNeighbours nearest{Season(kHour)};
  const auto value = [](int hour) { return hour % 24 < 12 ? 0.0 : 100.0; };
  for (int hour = 0; hour < 24 * 10; ++hour) nearest.observe(kStart + hour * kHour, value(hour));
  // A noon's value at three in the night: seen, but not then.
  for (int hour = 24 * 10; hour < 24 * 10 + 3; ++hour) nearest.observe(kStart + hour * kHour, 0);
  const auto& distances = nearest.observe(kStart + (24 * 10 + 3) * kHour, 100);
  EXPECT_EQ(distances[0], 0);
  EXPECT_EQ(distances[4], 100);
}

TEST(PeakTail, CallsRareWhatIsLargerThanEverBefore) {
  PeakTail tail;
  EXPECT_FALSE(tail.rarity(1));
  for (int i = 0; i < 3000; ++i) tail.observe(i % 100 == 0 ? 9 + (i / 100) % 3 : 1);
  EXPECT_LT(*tail.rarity(5), 0);
  EXPECT_LT(*tail.rarity(10), 0);
  EXPECT_GT(*tail.rarity(100), 1);
  EXPECT_GT(*tail.rarity(1000), *tail.rarity(100));
  EXPECT_FALSE(tail.rarity(0));
}

TEST(PeakTail, WantsMoreWhereThePeaksThemselvesDiffer) {
  PeakTail even;
  PeakTail wild;
  for (int i = 0; i < 3000; ++i) {
    even.observe(i % 100 == 0 ? 10 : 1);
    wild.observe(i % 100 == 0 ? std::exp2(i / 100 % 7) : 1);
  }
  // Ten times the largest of each.
  EXPECT_GT(*even.rarity(100), *wild.rarity(640));
}

/// The shares of a series of hours with something done to it.
template <typename Change>
std::vector<double> play(int hours, Change change) {
  std::mt19937 random(7);
  Novelty novelty{Season(kHour)};
  std::vector<double> scores;
  for (int hour = 0; hour < hours; ++hour) {
    const double level = 200 + 100 * std::sin(hour * 3.14159265 / 12);
    const double value = level + std::normal_distribution(0.0, 10.0)(random);
    scores.push_back(novelty.observe(kStart + hour * kHour, change(hour, value)));
  }
  return scores;
}

TEST(Novelty, FindsAValueThatWasNeverSeenAtThatTime) {
  constexpr int kThen = 24 * 40 + 3;
  const auto scores = play(24 * 41, [](int hour, double value) { return hour == kThen ? 100.0 : value; });
  EXPECT_GT(scores[kThen], 0.5);
}

TEST(Novelty, FindsAQuietDayOfUsualValues) {
  constexpr int kFrom = 24 * 40 + 6;
  const auto scores = play(
      24 * 42, [](int hour, double value) { return hour >= kFrom && hour < kFrom + 24 ? 200.0 : value; });
  EXPECT_GT(*std::max_element(scores.begin() + kFrom, scores.begin() + kFrom + 24), 0.5);
}

TEST(Novelty, CountsAnEventOnce) {
  constexpr int kFrom = 24 * 40;
  const auto scores =
      play(24 * 50, [](int hour, double value) { return hour >= kFrom ? value + 500 : value; });
  EXPECT_GT(scores[kFrom], 0.5);
  EXPECT_EQ(std::count_if(scores.begin() + kFrom, scores.begin() + kFrom + 120,
                          [](double score) { return score > 0.5; }),
            1);
}

TEST(Novelty, IsSeldomSeenWhereNothingHappens) {
  const auto scores = play(24 * 365, [](int, double value) { return value; });
  // A record now and then, ever more seldom.
  EXPECT_LE(std::count_if(scores.begin(), scores.end(), [](double score) { return score > 0.5; }), 12);
  EXPECT_LE(std::count_if(scores.begin() + std::ptrdiff_t{24} * 180, scores.end(),
                          [](double score) { return score > 0.5; }),
            6);
}

TEST(Novelty, ConstantSeriesAndHugeValuesAreNoTrouble) {
  const auto constant = play(1200, [](int hour, double) { return hour == 1100 ? 1e300 : 5.0; });
  for (const double score : constant) EXPECT_TRUE(score >= 0 && score <= 1);
  EXPECT_GT(constant[1100], 0.5);
}

}  // namespace
}  // namespace bellwether::anomalies
