#include "retry_policy/retry.hpp"

#include <algorithm>
#include <cmath>

namespace bellwether::retry_policy {

std::optional<Millis> next_pause(std::size_t attempts, Millis paused, double jitter,
                                 std::optional<Millis> retry_after) {
  constexpr double kMaxShortened = 0.25;
  if (attempts == 0 || attempts > kRetryPauses.size()) return std::nullopt;
  const double factor = 1.0 - kMaxShortened * std::clamp(jitter, 0.0, 1.0);
  const Millis planned(std::llround(static_cast<double>(kRetryPauses[attempts - 1].count()) * factor));
  const Millis pause = std::max(planned, retry_after.value_or(Millis(0)));
  if (paused + pause > kRetryBudget) return std::nullopt;
  return pause;
}

}  // namespace bellwether::retry_policy
