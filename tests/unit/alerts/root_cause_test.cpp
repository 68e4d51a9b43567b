#include "alerts/root_cause.hpp"

#include <map>
#include <random>

#include <gtest/gtest.h>

namespace bellwether::alerts {
namespace {

TEST(Movement, IsMeasuredAgainstTheBaseline) {
  const auto movement = measure({.values = {90, 110, 100, std::nullopt, 100, 40}});
  ASSERT_TRUE(movement);
  EXPECT_EQ(movement->mean, 100);
  EXPECT_NEAR(*movement->change, -0.6, 1e-9);
  EXPECT_NEAR(*movement->z_score, -60 / 8.165, 0.01);
  EXPECT_TRUE(movement->is_real);
  EXPECT_FALSE(measure({.values = {90, 110, 100, 105}})->is_real);
  EXPECT_TRUE(measure({.values = {5, 5, 5, 6}})->is_real);
  EXPECT_FALSE(measure({.values = {0, 0, 4}})->change);
  EXPECT_FALSE(measure({.values = {1, 2, std::nullopt}}));
}

TEST(Movement, LooksAtLikeTimesToo) {
  EXPECT_EQ(measure({.values = {100, 110, 90, 30}, .like_for_like = {31, 29, 30, 30}})->stands_like_for_like,
            false);
  EXPECT_EQ(measure({.values = {100, 110, 90, 30}, .like_for_like = {100, 95, 105}})->stands_like_for_like,
            true);
  EXPECT_EQ(measure({.values = {100, 110, 90, 30}, .like_for_like = {100, 95}})->stands_like_for_like,
            std::nullopt);
}

/// A shop's bucket-by-bucket counts by some properties, in one of which something happened in the last
/// bucket.
struct Planted {
  std::vector<std::pair<std::string, std::vector<SegmentCourse>>> dimensions;
  std::string property;
  std::string label;
};

const std::map<std::string, std::vector<double>> kShares{
    {"country", {0.4, 0.25, 0.15, 0.12, 0.08}},
    {"plan", {0.6, 0.3, 0.1}},
    {"browser", {0.5, 0.3, 0.15, 0.05}},
    {"city", {0.2, 0.15, 0.12, 0.1, 0.1, 0.08, 0.08, 0.07, 0.05, 0.05}},
    {"campaign", {0.7, 0.1, 0.1, 0.05, 0.05}}};
constexpr std::size_t kBuckets = 25;

/// `rate`: of visits that buy; otherwise visits are counted.
Planted plant(unsigned seed, bool rate) {
  std::mt19937 random(seed);
  const auto below = [&](std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
  };
  const auto chance = [&](double probability) {
    return std::uniform_real_distribution(0.0, 1.0)(random) < probability;
  };
  std::vector<std::string> properties;
  for (const auto& [property, shares] : kShares) properties.push_back(property);
  Planted planted{.property = properties[below(properties.size())]};
  // Something happened to a segment of at least a tenth.
  std::size_t where = 0;
  do {
    where = below(kShares.at(planted.property).size());
  } while (kShares.at(planted.property)[where] < 0.1);
  planted.label = planted.property + std::to_string(where);
  const bool fell = chance(0.7);
  const double strength = 0.5 + 0.5 * std::uniform_real_distribution(0.0, 1.0)(random);

  std::map<std::string, std::vector<std::array<std::vector<double>, 2>>> counts;
  for (const auto& [property, shares] : kShares) {
    counts[property].resize(shares.size());
    for (auto& one : counts[property]) one = {std::vector<double>(kBuckets), std::vector<double>(kBuckets)};
  }
  for (std::size_t t = 0; t < kBuckets; ++t) {
    const int visits =
        std::poisson_distribution<int>(1500 * (1 + 0.3 * std::sin(static_cast<double>(t) / 4)))(random);
    for (int visit = 0; visit < visits; ++visit) {
      std::map<std::string, std::size_t> labels;
      for (const auto& [property, shares] : kShares)
        labels[property] = std::discrete_distribution<std::size_t>(shares.begin(), shares.end())(random);
      const bool hit = t + 1 == kBuckets && labels[planted.property] == where;
      int times = 1;
      if (hit && !rate) times = fell ? (chance(strength) ? 0 : 1) : (chance(strength) ? 3 : 1);
      const bool buys = chance(hit && rate ? (fell ? 0.3 * (1 - strength) : 0.3 + 0.6 * strength) : 0.3);
      for (const auto& [property, index] : labels) {
        counts[property][index][0][t] += times;
        counts[property][index][1][t] += buys ? times : 0;
      }
    }
  }
  for (const auto& [property, all] : counts) {
    std::vector<SegmentCourse> segments;
    for (std::size_t i = 0; i < all.size(); ++i) {
      SegmentCourse segment{property + std::to_string(i), all[i][0], {}};
      if (rate) {
        segment.weights = all[i][0];
        for (std::size_t t = 0; t < kBuckets; ++t)
          segment.values[t] = all[i][0][t] > 0 ? 100 * all[i][1][t] / all[i][0][t] : 0;
      }
      segments.push_back(std::move(segment));
    }
    planted.dimensions.emplace_back(property, std::move(segments));
  }
  return planted;
}

int found_first(bool rate, unsigned from, unsigned to) {
  int found = 0;
  for (unsigned seed = from; seed < to; ++seed) {
    const Planted planted = plant(seed, rate);
    std::vector<Dimension> dimensions;
    for (const auto& [property, segments] : planted.dimensions)
      dimensions.push_back(split(property, segments));
    rank(dimensions);
    const bool right =
        dimensions[0].property == planted.property && dimensions[0].segments[0].label == planted.label;
    if (right && !dimensions[0].is_mix) ++found;
  }
  return found;
}

TEST(RootCause, FindsPlantedCausesFirst) {
  const int sums = found_first(false, 0, 100);
  const int rates = found_first(true, 100, 200);
  RecordProperty("sums", sums);
  RecordProperty("rates", rates);
  EXPECT_GE(sums + rates, 190) << sums << " of 100 sums, " << rates << " of 100 rates";
}

/// Mobile converts worse and becomes the larger part: the rate falls although no segment's did.
TEST(RootCause, TellsAMixShiftFromChangesWithin) {
  std::mt19937 random(7);
  const auto noise = [&](double value) { return value * std::normal_distribution(1.0, 0.02)(random); };
  SegmentCourse mobile{"mobile", {}, {}};
  SegmentCourse desktop{"desktop", {}, {}};
  SegmentCourse red{"red", {}, {}};
  SegmentCourse blue{"blue", {}, {}};
  for (int t = 0; t < 15; ++t) {
    const bool flagged = t == 14;
    mobile.values.push_back(noise(10));
    desktop.values.push_back(noise(30));
    mobile.weights.push_back(noise(flagged ? 1500 : 300));
    desktop.weights.push_back(noise(700));
    const double rate =
        (mobile.values.back() * mobile.weights.back() + desktop.values.back() * desktop.weights.back()) /
        (mobile.weights.back() + desktop.weights.back());
    red.values.push_back(noise(rate));
    blue.values.push_back(noise(rate));
    red.weights.push_back(noise(500));
    blue.weights.push_back(noise(500));
  }
  std::vector<Dimension> dimensions{split("color", {red, blue}), split("device", {mobile, desktop})};
  rank(dimensions);
  EXPECT_EQ(dimensions[0].property, "device");
  EXPECT_TRUE(dimensions[0].is_mix);
  EXPECT_FALSE(dimensions[1].is_mix);
  EXPECT_LT(dimensions[1].score, 3);
  double sum = 0;
  for (const SegmentShift& shift : dimensions[0].segments) sum += shift.contribution;
  EXPECT_NEAR(sum, 1, 1e-9);
}

TEST(RootCause, SaysItInPlainWords) {
  const reports::NumberFormat euro{reports::NumberFormat::Kind::kCurrency, "EUR"};
  const auto movement = *measure({.values = {1000, 990, 1010, 1000, 250}});
  const std::vector<Dimension> ranked{
      {"city", 40, false, {{"Ulm", 750, 0, 1, 0, 1}, {"Bonn", 250, 250, 0, 0, 0}}}};
  EXPECT_EQ(explain("Sales", movement, ranked, euro),
            "Sales fell 75% to €250 (usually about €1,000). Most of it is city = Ulm: from €750 to €0, 100% "
            "of the change.");
  EXPECT_EQ(confidence(movement, ranked), Confidence::kHigh);
  EXPECT_EQ(explain("Sales", movement, {{"city", 1, false, ranked[0].segments}}, euro),
            "Sales fell 75% to €250 (usually about €1,000). No property's segments stand out: it moved "
            "everywhere alike.");
  const auto usual = *measure({.values = {1000, 900, 1100, 1050}});
  EXPECT_EQ(explain("Sales", usual, ranked, euro),
            "Sales rose 5% to €1,050 (usually about €1,000). That is within what is usual.");
  EXPECT_EQ(confidence(usual, ranked), Confidence::kLow);
}

}  // namespace
}  // namespace bellwether::alerts
