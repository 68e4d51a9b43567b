#include "anomalies/band.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace bellwether::anomalies {

namespace {

/// The mean of |x| of a standard normal distribution, by which the quantile is measured.
constexpr double kMeanDeviation = 0.7978845608028654;
constexpr double kScaleWeight = 0.01;
constexpr double kSlotWeight = 0.05;
/// A slot's own scale counts as much as all the others' when it has so many values.
constexpr double kOwnCount = 10;
/// A step's size, as a share of the quantile, when one in twenty lies outside; rarer ones move it further.
constexpr double kStep = 0.03;
constexpr double kUsualOutside = 0.05;
/// Aims a little inside, as the promise is "at most".
constexpr double kMargin = 0.85;
constexpr std::size_t kMaxSlots = 288;

/// Between the normal distribution's and that of one with heavier tails, which real metrics often have.
double first_quantile(double outside) {
  constexpr double kHeavier = 0.4;
  const double rare = std::max(0.0, std::log10(kUsualOutside / outside));
  return normal_quantile(1 - outside / 2) / kMeanDeviation * (1 + kHeavier * rare);
}

}  // namespace

double normal_quantile(double share) {
  // Halving is exact enough and needs no table.
  double low = -10;
  double high = 10;
  constexpr int kHalvings = 60;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2;
    const double below = 0.5 * std::erfc(-middle / std::sqrt(2.0));
    (below < share ? low : high) = middle;
  }
  return (low + high) / 2;
}

Band::Band(const Season& season, double confidence)
    : season_(season),
      outside_((1 - confidence) * kMargin),
      step_(kStep * std::max(1.0, std::sqrt(kUsualOutside / outside_))),
      quantile_(first_quantile(outside_)),
      all_(kScaleWeight) {
  const std::size_t slots = season.has_days() ? std::min(season.per_day(), kMaxSlots) : 1;
  for (std::size_t i = 0; i < slots; ++i) by_slot_.emplace_back(kSlotWeight);
  counts_.resize(slots);
}

double Band::scale(Timestamp at) const {
  const std::size_t slot = season_.day_slot(at) * by_slot_.size() / season_.per_day();
  const double own = static_cast<double>(counts_[slot]);
  return (own * by_slot_[slot].value() + kOwnCount * all_.value()) / (own + kOwnCount);
}

double Band::half_width(Timestamp at) const {
  // With few values the scale itself is uncertain: as much wider as Student's distribution is than the normal
  // one.
  const double few = count_ < 4 ? 2 : 1 + 2.5 / static_cast<double>(count_);
  return scale(at) * quantile_ * few;
}

void Band::observe(Timestamp at, double deviation) {
  if (count_ > 0) {
    const bool is_outside = std::abs(deviation) > half_width(at);
    quantile_ *= std::exp(step_ * ((is_outside ? 1.0 : 0.0) - outside_));
  }
  all_.observe(deviation);
  const std::size_t slot = season_.day_slot(at) * by_slot_.size() / season_.per_day();
  by_slot_[slot].observe(deviation);
  ++counts_[slot];
  ++count_;
}

}  // namespace bellwether::anomalies
