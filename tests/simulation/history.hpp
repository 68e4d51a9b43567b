#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bellwether::simulation {

/// How one history went.
struct Outcome {
  bool right = true;
  std::string fault;               ///< what was wrong, and the state then
  std::vector<std::string> story;  ///< what happened, a line an event
  int checks = 0;                  ///< runs that the sender saw succeed
  int exact = 0;                   ///< of those: the mirror equalled the snapshot
  int in_doubt = 0;                ///< it differed in members that it reports as in doubt
  int wrong = 0;                   ///< it differed in others: only where the guarantee has its exception
  bool demands_exactness = true;   ///< see Scenario::shows_lost_answers
  std::string scenario_class;      ///< what the checks are counted under
  int failed_runs = 0;
  int kills = 0;
};

/// Plays one history. The same seed plays the same one. `folder` holds the template database.
Outcome play(std::uint64_t seed, const std::string& folder, bool reverts);

}  // namespace bellwether::simulation
