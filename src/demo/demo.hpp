#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "demo/stage.hpp"

namespace bellwether::demo {

struct DemoOptions {
  StageOptions stage;
  std::uint64_t seed = 1;
  std::size_t customers = 1500;
  std::size_t history_days = 28;
};

/// Fills the shop with a history and lets it live on, an hour of its life a second, until `stop` is set;
/// prints what enters and leaves on both sides, and whether they are equal.
Result<void> play(const DemoOptions& options, const std::atomic<bool>& stop);

/// A full load, a diff, an outage of the subscriber with recovery; the mirror is compared with the cohort
/// after each. Fails when they differ.
Result<void> play_once(const DemoOptions& options);

}  // namespace bellwether::demo
