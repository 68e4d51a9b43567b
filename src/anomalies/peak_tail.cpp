#include "anomalies/peak_tail.hpp"

#include <algorithm>
#include <cmath>

namespace bellwether::anomalies {

namespace {

/// Values so close to a peak belong to it.
constexpr std::size_t kPeakGap = 50;
constexpr std::size_t kMaxPeaks = 60;
/// A peak counts half when it is so many values old.
constexpr double kHalfLife = 10000;
/// So many peaks are the tail.
constexpr std::size_t kTail = 8;
/// The exponent that is usual, and for how many peaks it counts.
constexpr double kUsualExponent = 0.8;
constexpr double kUsualWeight = 6;
/// With so many peaks known, a deviation counts as twice as frequent.
constexpr double kFewPeaks = 3;
/// After so many values without any deviation the first one counts so much.
constexpr std::size_t kQuiet = 1000;
constexpr double kFirstEver = 2;
/// How often the tail is fitted anew while no peak ends, as peaks fade.
constexpr std::size_t kFitEvery = 50;

}  // namespace

std::optional<double> PeakTail::rarity(double deviation) const {
  if (deviation <= 0) return std::nullopt;
  if (!tail_) return peaks_.empty() && now_ >= kQuiet ? std::optional(kFirstEver) : std::nullopt;
  return std::log(deviation / tail_->start) / tail_->exponent + tail_->offset;
}

void PeakTail::close_peak() {
  if (open_->height > 0) peaks_.push_back(*open_);
  if (peaks_.size() > kMaxPeaks) peaks_.erase(std::ranges::min_element(peaks_, {}, &Peak::height));
  open_.reset();
}

void PeakTail::fit() {
  if (peaks_.size() < 2) return;
  std::vector<double> heights;
  heights.reserve(peaks_.size());
  for (const Peak& peak : peaks_)
    heights.push_back(peak.height * std::exp2(-static_cast<double>(now_ - peak.at) / kHalfLife));
  std::ranges::sort(heights, std::greater());
  const std::size_t count = std::min(kTail, heights.size() - 1);
  double excess = 0;
  for (std::size_t i = 0; i < count; ++i) excess += std::log(heights[i] / heights[count]);
  const auto known = static_cast<double>(heights.size());
  tail_ =
      Tail{.start = heights[count],
           .exponent = (excess + kUsualWeight * kUsualExponent) / (static_cast<double>(count) + kUsualWeight),
           .offset = std::log(known / (known + kFewPeaks)) - std::log(static_cast<double>(count + 1))};
}

void PeakTail::observe(double deviation) {
  if (!open_ || deviation > open_->height) open_ = Peak{deviation, now_};
  ++now_;
  const bool ends = now_ - open_->at > kPeakGap;
  if (ends) close_peak();
  if (ends || now_ % kFitEvery == 0) fit();
}

}  // namespace bellwether::anomalies
