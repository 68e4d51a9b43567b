#pragma once

#include <cstdint>
#include <random>

#include "mirror/options.hpp"

namespace bellwether::simulation {

/// All randomness of one history, from its seed.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  /// From `low` to `high`, both included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(engine_);
  }
  bool chance(double probability) { return std::bernoulli_distribution(probability)(engine_); }

 private:
  std::mt19937_64 engine_;
};

/// What kind of sender, network and subscriber one history has.
struct Scenario {
  int people = 8;
  double churn = 0.2;    ///< how likely each person is to come or go between two runs
  int page_members = 2;  ///< members a page
  bool numbers_by_action = false;
  bool first_load_as_adds = false;
  bool sends_empty_calls = true;
  int in_flight = 1;  ///< pages on their way at once
  int runs = 25;

  // Faults, each a probability an attempt.
  double request_lost = 0;
  double answer_lost = 0;       ///< the subscriber's side notices
  double answer_swallowed = 0;  ///< it does not; only with doubt = always
  double duplicated = 0;
  double delayed = 0;
  double killed = 0;          ///< around handling a page: before the commit or behind it
  double killed_merging = 0;  ///< at any transaction of the merger
  double paused = 0;          ///< a run: for hours or days

  mirror::Options subscriber;
};

Scenario draw_scenario(Dice& dice);

}  // namespace bellwether::simulation
