#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "contract/cohort_sync.hpp"
#include "scenario.hpp"

/// A sender of cohort syncs that follows the contract: it diffs against its last successful snapshot, numbers
/// the pages, and moves the snapshot only when every page was acknowledged. Knows nothing of the network.
namespace bellwether::simulation {

/// distinct id -> the properties object
using Membership = std::map<std::string, std::string>;

class Sender {
 public:
  Sender(const Scenario& scenario, Dice& dice) : scenario_(scenario), dice_(dice) {}

  /// People come, go and change.
  void live_on();

  const Membership& people() const { return people_; }

  /// The pages of the next run, under a new session id.
  std::vector<contract::CohortPage> plan_run(Timestamp now);
  /// Every page of the planned run was acknowledged.
  void succeed(Timestamp now);

  /// What a right subscriber holds after the last successful run. No value before there was one.
  const std::optional<Membership>& snapshot() const { return snapshot_; }

 private:
  struct Part {
    contract::Action action;
    Membership members;
  };
  std::vector<Part> changes(Timestamp now) const;

  const Scenario& scenario_;
  Dice& dice_;
  Membership people_;
  std::optional<Membership> snapshot_;
  Timestamp snapshot_at_;
  Membership planned_;  ///< the snapshot if the run succeeds
  int runs_ = 0;
  int edits_ = 0;
};

}  // namespace bellwether::simulation
