#include "anomalies/nearest.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace bellwether::anomalies {

namespace {

/// Rising, as the distance of a longer stretch is at least that of its end.
constexpr std::array<std::size_t, 4> kLengths{1, 2, 8, 64};
constexpr std::array<std::size_t, 2> kLengthsAtTimeOfDay{1, 8};
/// Before so many values nothing is compared.
constexpr std::size_t kFirst = 20;
/// Only so many values back: what was long ago is new again, and the work has a bound.
constexpr std::size_t kMemory = 8000;
constexpr std::size_t kRememberedCycles = 60;
/// So many cycles, and so many stretches at the same time of day, must be known.
constexpr std::size_t kCyclesNeeded = 3;
constexpr std::size_t kStretchesNeeded = 9;
/// Within two hours it is the same time of day.
constexpr std::size_t kTimesOfDay = 12;
constexpr double kUnknown = -1;

/// The smallest and the second smallest seen.
struct Smallest {
  double first = std::numeric_limits<double>::infinity();
  double second = std::numeric_limits<double>::infinity();

  void take(double distance) {
    if (distance < first) {
      second = first;
      first = distance;
    } else {
      second = std::min(second, distance);
    }
  }
};

}  // namespace

std::size_t NearestNeighbours::count() {
  return kLengths.size() + kLengthsAtTimeOfDay.size();
}

NearestNeighbours::NearestNeighbours(const Season& season)
    : season_(season),
      slots_(season.has_days() ? season.per_day() : season.per_week()),
      reach_(season.has_days() ? slots_ / kTimesOfDay : 0),
      by_slot_(slots_),
      distances_(count(), kUnknown) {}

std::size_t NearestNeighbours::slot(Timestamp at) const {
  return season_.has_days() ? season_.day_slot(at) : season_.week_slot(at);
}

double NearestNeighbours::difference(std::size_t end, std::size_t back) const {
  return std::abs(values_[end - back] - values_[values_.size() - 1 - back]);
}

void NearestNeighbours::compare_with_all() {
  const std::size_t now = values_.size() - 1;
  if (now < kFirst) return;
  std::array<double, kLengths.size()> best{};
  best.fill(std::numeric_limits<double>::infinity());
  const std::size_t oldest = now > kMemory ? now - kMemory : 0;
  for (std::size_t end = now; end-- > oldest;) {
    double largest = 0;
    std::size_t back = 0;
    for (std::size_t i = 0; i < kLengths.size(); ++i) {
      const std::size_t length = kLengths[i];
      if (end + length > now || end + 1 < length) break;
      for (; back < length; ++back) largest = std::max(largest, difference(end, back));
      best[i] = std::min(best[i], largest);
      // No longer stretch can be nearer than this one.
      if (largest >= best.back()) break;
    }
  }
  for (std::size_t i = 0; i < kLengths.size(); ++i)
    if (std::isfinite(best[i])) distances_[i] = best[i];
}

void NearestNeighbours::compare_with_time_of_day(Timestamp at) {
  const std::size_t now = values_.size() - 1;
  const std::size_t here = slot(at);
  std::array<Smallest, kLengthsAtTimeOfDay.size()> nearest;
  std::array<std::size_t, kLengthsAtTimeOfDay.size()> known{};
  for (std::size_t s = here + slots_ - reach_; s <= here + slots_ + reach_; ++s) {
    for (const std::size_t end : by_slot_[s % slots_]) {
      // A value just before this one lies within the same two hours.
      if (end + slots_ / 2 > now) continue;
      double largest = 0;
      std::size_t back = 0;
      for (std::size_t i = 0; i < nearest.size(); ++i) {
        const std::size_t length = kLengthsAtTimeOfDay[i];
        if (end + length > now || end + 1 < length) break;
        for (; back < length; ++back) largest = std::max(largest, difference(end, back));
        nearest[i].take(largest);
        ++known[i];
      }
    }
  }
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    // The second nearest: one accident does not make it usual.
    if (now >= kCyclesNeeded * slots_ && known[i] >= kStretchesNeeded)
      distances_[kLengths.size() + i] = nearest[i].second;
  }
}

const std::vector<double>& NearestNeighbours::observe(Timestamp at, double value) {
  std::ranges::fill(distances_, kUnknown);
  values_.push_back(value);
  compare_with_all();
  compare_with_time_of_day(at);
  auto& same = by_slot_[slot(at)];
  same.push_front(values_.size() - 1);
  if (same.size() > kRememberedCycles) same.pop_back();
  return distances_;
}

}  // namespace bellwether::anomalies
