#include "anomalies/detector.hpp"

#include <algorithm>
#include <cmath>

namespace bellwether::anomalies {

namespace {

/// Three days or two weeks, whichever pattern is the shortest that the step lets be seen.
std::size_t needed_for(const Season& season) {
  constexpr std::size_t kLeast = 14;
  constexpr std::size_t kMax = 1000;
  const std::size_t cycles = season.has_days() ? 3 * season.per_day() : 2 * season.per_week();
  return std::clamp(cycles, kLeast, kMax);
}

}  // namespace

Detector::Detector(Millis step, double confidence)
    : forecaster_(Season(step)),
      band_(Season(step), std::clamp(confidence, kLeastConfidence, kMaxConfidence)),
      needed_(needed_for(Season(step))) {}

Judgement Detector::observe(Timestamp at, std::optional<double> value) {
  if (value && !std::isfinite(*value)) value.reset();
  const auto expected = forecaster_.forecast(at);
  Judgement judgement{.is_ready = seen_ >= needed_, .value = value};
  if (expected) {
    const double half = band_.half_width(at);
    judgement.expected = *expected;
    judgement.lower = *expected - half;
    judgement.upper = *expected + half;
  }
  if (!value) return judgement;
  if (expected) band_.observe(at, *value - *expected);
  forecaster_.observe(at, *value);
  ++seen_;
  return judgement;
}

}  // namespace bellwether::anomalies
