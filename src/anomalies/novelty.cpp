#include "anomalies/novelty.hpp"

#include <algorithm>
#include <cmath>

namespace bellwether::anomalies {

namespace {

/// Values so close to a peak belong to it.
constexpr std::size_t kPeakGap = 60;
constexpr std::size_t kMostPeaks = 21;
/// A peak counts half when it is so many values old.
constexpr double kHalfLife = 20000;
/// With so many peaks known, a ratio counts half.
constexpr double kFewPeaks = 3;
/// Before so many values nothing is new, and before so many nothing is compared.
constexpr std::size_t kColdStart = 100;
constexpr std::size_t kFirstPeak = 20;
constexpr std::size_t kContexts = 48;
constexpr std::size_t kRememberedCycles = 14;
/// So many values a place in the context must be known.
constexpr std::size_t kNeeded = 9;
constexpr double kSeasonalScaleWeight = 0.003;
constexpr double kLargestDeviation = 200;
constexpr std::size_t kSeasonalMean = 16;
constexpr std::size_t kChangeMean = 4;
/// What weighs a ratio of each kind.
constexpr double kSeasonal = 1;
constexpr double kSeasonalOver16 = 0.8;
constexpr double kChange = 0.6;
constexpr double kChangeOver4 = 0.6;
/// An event is over after so many values; until then only what is so many times as large is new.
constexpr std::size_t kRest = 120;
constexpr double kStandsOut = 1.6;
/// The ratio that is worth a look.
constexpr double kWorthALook = 0.44;
constexpr double kTiny = 1e-9;
constexpr std::size_t kMostSorted = 50000;

}  // namespace

double PeakMemory::second_largest() const {
  std::vector<double> heights;
  heights.reserve(peaks_.size() + 1);
  const auto faded = [&](const Peak& peak) {
    return peak.height * std::exp2(-static_cast<double>(now_ - peak.at) / kHalfLife);
  };
  for (const Peak& peak : peaks_) heights.push_back(faded(peak));
  if (open_) heights.push_back(faded(*open_));
  if (heights.empty()) return 0;
  const auto second = heights.begin() + (heights.size() > 1 ? 1 : 0);
  std::nth_element(heights.begin(), second, heights.end(), std::greater());
  return *second;
}

double PeakMemory::compare(double value) const {
  const double reference = second_largest();
  if (reference <= 0) return 0;
  const auto known = static_cast<double>(ended_);
  return value / reference * (known / (known + kFewPeaks));
}

void PeakMemory::observe(double value) {
  if (open_ && now_ - open_->at > kPeakGap) {
    if (open_->height > 0) {
      ++ended_;
      peaks_.push_back(*open_);
      if (peaks_.size() >= kMostPeaks) peaks_.erase(std::ranges::min_element(peaks_, {}, &Peak::height));
    }
    open_.reset();
  }
  if (!open_ || value > open_->height) open_ = Peak{value, now_};
  ++now_;
}

Envelope::Envelope(const Season& season) : season_(season) {
  const std::size_t cycle = season.has_days() ? season.per_day() : season.per_week();
  values_.resize(std::min(cycle, kContexts));
  per_context_ = std::max<std::size_t>(cycle / values_.size(), 1);
}

std::size_t Envelope::context(Timestamp at) const {
  return season_.has_days() ? season_.day_slot(at) * values_.size() / season_.per_day()
                            : season_.week_slot(at) * values_.size() / season_.per_week();
}

double Envelope::outside(Timestamp at, double value) const {
  // The times before and after belong to it too, when they are close.
  const std::size_t here = context(at);
  const std::size_t reach = values_.size() == kContexts ? 1 : 0;
  const std::size_t needed = per_context_ * kNeeded;
  std::vector<double> seen;
  for (std::size_t i = here + values_.size() - reach; i <= here + values_.size() + reach; ++i) {
    const auto& values = values_[i % values_.size()];
    seen.insert(seen.end(), values.begin(), values.end());
  }
  if (seen.size() < needed) return 0;
  // Without the very smallest and largest: one accident does not widen it.
  std::nth_element(seen.begin(), seen.begin() + 1, seen.end());
  const double low = seen[1];
  std::nth_element(seen.begin(), seen.begin() + 1, seen.end(), std::greater());
  const double high = seen[1];
  if (value > high) return value - high;
  return value < low ? value - low : 0;
}

void Envelope::observe(Timestamp at, double value) {
  auto& values = values_[context(at)];
  values.push_back(value);
  if (values.size() > per_context_ * kRememberedCycles) values.pop_front();
}

std::optional<double> MovingMean::observe(double value) {
  values_.push_back(value);
  sum_ += value;
  if (values_.size() > size_) {
    sum_ -= values_.front();
    values_.pop_front();
  }
  return values_.size() < size_ ? std::nullopt : std::optional(sum_ / static_cast<double>(size_));
}

Novelty::Novelty(const Season& season)
    : envelope_(season),
      seasonal_scale_(kSeasonalScaleWeight),
      seasonal_mean_(kSeasonalMean),
      change_mean_(kChangeMean) {}

double Novelty::spread() const {
  if (sorted_.size() < kFirstPeak) return 0;
  const auto at = [&](double share) {
    return sorted_[static_cast<std::size_t>(share * static_cast<double>(sorted_.size() - 1))];
  };
  return std::max(at(0.95) - at(0.05), kTiny * (std::abs(at(0.5)) + kTiny));
}

double Novelty::largest_ratio(Timestamp at, double value, const std::optional<Forecast>& forecast) {
  double largest = 0;
  const auto compare = [&](PeakMemory& peaks, double deviation, double weight) {
    if (count_ < kFirstPeak) return;
    largest = std::max(largest, weight * peaks.compare(std::abs(deviation)));
    peaks.observe(std::abs(deviation));
  };
  const double deviation = forecast && forecast->seasonal ? value - *forecast->seasonal : 0;
  const double floor = kTiny * (1 + std::abs(value));
  const double scaled =
      std::clamp(deviation / std::max(seasonal_scale_.value(), floor), -kLargestDeviation, kLargestDeviation);
  seasonal_scale_.observe(deviation);
  compare(seasonal_peaks_, scaled, kSeasonal);
  if (const auto mean = seasonal_mean_.observe(scaled)) compare(seasonal_mean_peaks_, *mean, kSeasonalOver16);

  const double change = last_ ? value - *last_ : 0;
  const double scale = spread();
  const double outside = scale > 0 ? envelope_.outside(at, change) / scale : 0;
  envelope_.observe(at, change);
  compare(change_peaks_, outside, kChange);
  if (const auto mean = change_mean_.observe(outside)) compare(change_mean_peaks_, *mean, kChangeOver4);
  return largest;
}

double Novelty::once(double ratio) {
  while (!recent_.empty() && recent_.front().first + kRest < count_) recent_.pop_front();
  const double before = recent_.empty() ? 0 : recent_.front().second;
  const double left = ratio > before * kStandsOut ? ratio : 0;
  while (!recent_.empty() && recent_.back().second <= left) recent_.pop_back();
  recent_.emplace_back(count_, left);
  return left;
}

double Novelty::observe(Timestamp at, double value, const std::optional<Forecast>& forecast) {
  const double ratio = largest_ratio(at, value, forecast);
  const double fresh = count_ < kColdStart ? 0 : once(ratio);
  last_ = value;
  if (sorted_.size() < kMostSorted) sorted_.insert(std::ranges::upper_bound(sorted_, value), value);
  ++count_;
  return fresh / (fresh + kWorthALook);
}

}  // namespace bellwether::anomalies
