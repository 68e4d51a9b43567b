#pragma once

#include <cstdint>
#include <random>
#include <string>

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

/// How a sender numbers its pages.
enum class PageNumbers : std::uint8_t { kOverRun, kByAction, kMixed, kNone };

/// What kind of sender, network and subscriber one history has.
struct Scenario {
  int people = 8;
  double churn = 0.2;    ///< how likely each person is to come or go between two runs
  int page_members = 2;  ///< members a page
  PageNumbers numbers = PageNumbers::kOverRun;
  bool first_load_as_adds = false;
  bool sends_empty_calls = true;
  bool adds_updates = false;  ///< a member whose properties changed is added again
  int in_flight = 1;          ///< pages on their way at once
  int runs = 25;
  Millis interval = std::chrono::minutes(30);  ///< between two runs
  double restarted = 0;                        ///< a failed run: begun again at once
  double same_id = 0;                          ///< and of those: under its id
  double reconnected = 0;                      ///< before a run: its first load is add_members of everybody
  double hand_made = 0;                        ///< between two runs: somebody tries the endpoint

  // Faults, each a probability an attempt.
  double request_lost = 0;
  double answer_lost = 0;       ///< the subscriber's side notices
  double answer_swallowed = 0;  ///< it does not: behind a proxy
  double retry_lost = 0;        ///< a request that repeats one
  double duplicated = 0;
  double delayed = 0;
  double killed = 0;          ///< around handling a page: before the commit or behind it
  double killed_merging = 0;  ///< at any transaction of the merger
  double paused = 0;          ///< a run: for hours or days

  mirror::Options subscriber;

  /// The guarantee holds without an exception. It has one behind a proxy that hides lost answers from the subscriber, and
  /// the sender's retries too; and another, for runs begun again under their id, where the connection decides.
  bool is_guaranteed() const;
  /// Lost answers can show: what the demand for exact mirrors is about.
  bool shows_lost_answers() const { return answer_swallowed == 0 || retry_lost == 0; }
};

Scenario draw_scenario(Dice& dice);

/// What a history's checks are counted under: "evidence, a proxy, half of the retries arrive".
std::string class_of(const Scenario& scenario);

}  // namespace bellwether::simulation
