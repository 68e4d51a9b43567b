#include "anomalies/novelty.hpp"

#include <algorithm>
#include <cmath>

namespace bellwether::anomalies {

namespace {

/// Before so many values nothing is new.
constexpr std::size_t kColdStart = 100;
/// So many values have a spread.
constexpr std::size_t kFewest = 20;
constexpr std::size_t kMaxSorted = 50000;
/// A rarity counts above the first of these (a peak as large as the seven before it counts a little), and not
/// above the second.
constexpr double kLeastRarity = -2;
constexpr double kMaxRarity = 6;
/// An event is over after so many values; until then only what is so many times as strange is new.
constexpr std::size_t kRest = 120;
constexpr double kStandsOut = 1.6;
/// The strangeness that is worth a look.
constexpr double kWorthALook = 0.75;
constexpr double kTiny = 1e-9;

}  // namespace

Novelty::Novelty(const Season& season) : nearest_(season), tails_(NearestNeighbours::count()) {}

double Novelty::spread() const {
  if (sorted_.size() < kFewest) return 0;
  const auto at = [&](double share) {
    return sorted_[static_cast<std::size_t>(share * static_cast<double>(sorted_.size() - 1))];
  };
  return std::max(at(0.95) - at(0.05), kTiny * (std::abs(at(0.5)) + kTiny));
}

double Novelty::strangeness(Timestamp at, double value) {
  const double scale = spread();
  const std::vector<double>& distances = nearest_.observe(at, value);
  if (scale <= 0) return 0;
  double squares = 0;
  for (std::size_t i = 0; i < tails_.size(); ++i) {
    const double deviation = std::max(distances[i], 0.0) / scale;
    if (const auto rarity = tails_[i].rarity(deviation))
      squares += std::pow(std::clamp(*rarity, kLeastRarity, kMaxRarity) - kLeastRarity, 2);
    tails_[i].observe(deviation);
  }
  return std::sqrt(squares / static_cast<double>(tails_.size()));
}

double Novelty::once(double strangeness) {
  while (!recent_.empty() && recent_.front().first + kRest < count_) recent_.pop_front();
  const double before = recent_.empty() ? 0 : recent_.front().second;
  const double left = strangeness > before * kStandsOut ? strangeness : 0;
  while (!recent_.empty() && recent_.back().second <= left) recent_.pop_back();
  recent_.emplace_back(count_, left);
  return left;
}

double Novelty::observe(Timestamp at, double value) {
  const double seen = strangeness(at, value);
  const double fresh = count_ < kColdStart ? 0 : once(seen);
  if (sorted_.size() < kMaxSorted) sorted_.insert(std::ranges::upper_bound(sorted_, value), value);
  ++count_;
  return fresh / (fresh + kWorthALook);
}

}  // namespace bellwether::anomalies
