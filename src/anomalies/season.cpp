#include "anomalies/season.hpp"

#include <algorithm>

namespace bellwether::anomalies {

namespace {

constexpr Millis kDay = std::chrono::days(1);
constexpr Millis kWeek = std::chrono::days(7);

std::size_t slots_of(Millis cycle, Millis step) {
  const auto rounded = (cycle + step / 2) / step;
  return static_cast<std::size_t>(std::max<std::int64_t>(rounded, 1));
}

}  // namespace

Season::Season(Millis step)
    : step_(std::max(step, Millis(1))), per_day_(slots_of(kDay, step_)), per_week_(slots_of(kWeek, step_)) {
  // So that a day's slots are the same in each week.
  if (per_day_ > 1) per_week_ = 7 * per_day_;
}

std::size_t Season::slot(Timestamp at, std::size_t slots) const {
  const std::int64_t number = (at.time_since_epoch() + step_ / 2) / step_;
  const auto count = static_cast<std::int64_t>(slots);
  return static_cast<std::size_t>((number % count + count) % count);
}

}  // namespace bellwether::anomalies
