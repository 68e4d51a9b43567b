#include "anomalies/forecaster.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace bellwether::anomalies {

namespace {

/// How fast the levels follow: at once, within a few values, within some dozens.
constexpr std::array<double, 3> kLevelWeights{1.0, 0.3, 0.05};
constexpr double kSlotWeight = 0.1;
constexpr double kOffsetWeight = 0.1;
/// Of the past's likelihood; about the last fifty values count.
constexpr double kMemory = 0.98;
/// Deviations count as at most so many times the scale.
constexpr double kClip = 5;
constexpr double kTiny = 1e-9;
/// The levels, the day's profile and the week's.
constexpr std::size_t kExperts = kLevelWeights.size() + 2;
/// So many values are averaged plainly.
constexpr std::size_t kWarmUp = 100;

}  // namespace

void RobustScale::observe(double deviation) {
  const double size = std::abs(deviation);
  const bool clipped = count_ >= kSettled && value_ > 0;
  const double weight = count_ < kWarmUp ? 1 / static_cast<double>(count_ + 1) : weight_;
  value_ += weight * ((clipped ? std::min(size, kClip * value_) : size) - value_);
  ++count_;
}

std::optional<double> Profile::predict(std::size_t slot) const {
  return values_[slot] ? std::optional(*values_[slot] + offset_) : std::nullopt;
}

void Profile::observe(std::size_t slot, double value) {
  if (!values_[slot]) {
    values_[slot] = value;
    return;
  }
  const double above = value - *values_[slot];
  offset_ += kOffsetWeight * (above - offset_);
  *values_[slot] += kSlotWeight * above;
}

Forecaster::Forecaster(const Season& season)
    : season_(season),
      levels_(kLevelWeights.size()),
      day_(season.per_day()),
      week_(season.per_week()),
      experts_(kExperts) {}

std::vector<std::optional<double>> Forecaster::predictions(Timestamp at) const {
  std::vector<std::optional<double>> all = levels_;
  all.push_back(day_.predict(season_.day_slot(at)));
  all.push_back(week_.predict(season_.week_slot(at)));
  return all;
}

std::optional<double> Forecaster::forecast(Timestamp at) const {
  const auto all = predictions(at);
  if (!all.front()) return std::nullopt;
  double best = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < kExperts; ++i) {
    if (all[i]) best = std::max(best, experts_[i].likelihood);
  }
  double weights = 0;
  double sum = 0;
  for (std::size_t i = 0; i < kExperts; ++i) {
    if (!all[i]) continue;
    const double weight = std::exp(experts_[i].likelihood - best);
    weights += weight;
    sum += weight * *all[i];
  }
  return sum / weights;
}

void Forecaster::weigh(Expert& expert, const std::optional<double>& prediction, double value) const {
  expert.likelihood *= kMemory;
  if (!prediction) return;
  const double error = std::abs(value - *prediction);
  expert.scale.observe(error);
  // Laplace's distribution, cut off: one outlier does not make an expert unbelievable.
  const double scale = expert.scale.value() + kTiny;
  expert.likelihood -= std::log(scale) + std::min(error / scale, kClip);
}

double Forecaster::believed(Timestamp at, double value) {
  const auto expected = forecast(at);
  if (!expected) return value;
  const double deviation = value - *expected;
  const double most = kClip * scale_.value();
  const int side = std::abs(deviation) <= most ? 0 : deviation > 0 ? 1 : -1;
  const bool again = side != 0 && side == far_side_;
  const bool settled = scale_.settled() && scale_.value() > 0;
  far_side_ = side;
  scale_.observe(deviation);
  if (!settled || side == 0 || again) return value;
  return *expected + side * most;
}

void Forecaster::observe(Timestamp at, double written) {
  const double value = believed(at, written);
  const auto all = predictions(at);
  for (std::size_t i = 0; i < kExperts; ++i) weigh(experts_[i], all[i], value);
  for (std::size_t i = 0; i < levels_.size(); ++i)
    levels_[i] = levels_[i] ? *levels_[i] + kLevelWeights[i] * (value - *levels_[i]) : value;
  day_.observe(season_.day_slot(at), value);
  week_.observe(season_.week_slot(at), value);
}

}  // namespace bellwether::anomalies
