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

  /// The sync is connected again: the sender forgets its snapshot, and the next run adds everybody.
  /// False takes it back: no run has succeeded since.
  void reconnect(bool yes) { reconnects_ = yes && snapshot_.has_value(); }
  bool reconnects() const { return reconnects_; }

  /// The pages of the next run, under a new session id.
  std::vector<contract::CohortPage> plan_run(Timestamp now);
  /// The pages of that run, computed again, under its id.
  std::vector<contract::CohortPage> plan_restart(Timestamp now);
  /// Every page of the planned run was acknowledged.
  void succeed(Timestamp now);

  /// What a right subscriber holds after the last successful run. No value before there was one. It is the sender's
  /// snapshot, and whoever it has forgotten.
  const std::optional<Membership>& expected() const { return expected_; }

 private:
  struct Part {
    contract::Action action;
    Membership members;
  };
  std::vector<Part> changes(Timestamp now) const;
  void number(std::vector<contract::CohortPage>& run) const;
  std::vector<contract::CohortPage> plan(Timestamp now);

  const Scenario& scenario_;
  Dice& dice_;
  Membership people_;
  std::optional<Membership> snapshot_;
  std::optional<Membership> expected_;
  Timestamp snapshot_at_;
  bool reconnects_ = false;
  Membership planned_;           ///< the snapshot if the run succeeds
  Membership planned_expected_;  ///< `expected_` then
  int runs_ = 0;
  int edits_ = 0;
};

}  // namespace bellwether::simulation
