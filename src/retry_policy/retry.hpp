#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "base/time.hpp"

namespace bellwether::retry_policy {

/// The pauses before the second, third, … attempt (contract: five retries over a minute).
inline constexpr std::array<Millis, 5> kRetryPauses{std::chrono::seconds(2), std::chrono::seconds(4),
                                                    std::chrono::seconds(8), std::chrono::seconds(16),
                                                    std::chrono::seconds(30)};

/// How long all pauses of one request may be together; a longer Retry-After is not waited for.
inline constexpr Millis kRetryBudget = std::chrono::seconds(60);

/// The pause before the next attempt, or no value when there is none left.
/// `attempts` were made (1 or more), pauses of `paused` in all. `jitter`, from 0 to 1, shortens the pause by
/// up to a quarter so that senders do not come back all at once; a receiver's `retry_after` is never
/// undercut.
std::optional<Millis> next_pause(std::size_t attempts, Millis paused, double jitter,
                                 std::optional<Millis> retry_after);

}  // namespace bellwether::retry_policy
