#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cohorts/query.hpp"
#include "events/engine.hpp"
#include "sync/run.hpp"

/// The large half of a sync's state: who was in the cohort when it last succeeded (the snapshot), and what a
/// run announces (the frozen changes, cut into pages). The small half is in run_store.hpp.
namespace bellwether::sync {

struct FreezeOrder {
  std::string sync_key;
  std::uint64_t run_number = 0;
  std::string change_set;  ///< a key that was not used before
  bool full = false;       ///< freeze also who stayed
  std::string project_id;
  cohorts::PeopleQuery people;
  std::vector<std::string> properties;  ///< of the profile, to export
  std::uint64_t snapshot_members = 0;
  std::uint64_t most_members = 0;
  std::uint32_t page_members = kPageMembers;
};

class Ledger {
 public:
  virtual ~Ledger() = default;

  /// Computes the cohort, diffs it against the snapshot, and keeps the difference under the order's change
  /// set, as pages: those of the members (full), or of who entered and then of who left; each of them at
  /// least one page. When the cohort has more than `most_members`, there are no pages.
  virtual std::expected<Counts, events::EngineError> freeze(const FreezeOrder& order) = 0;

  /// The `members` array of a page, from 1.
  virtual Result<std::string> read(const std::string& change_set, std::uint32_t page) = 0;

  /// Makes the frozen changes part of the snapshot. To do it again changes nothing.
  virtual std::expected<void, events::EngineError> settle(const std::string& sync_key,
                                                          const std::string& change_set,
                                                          std::uint64_t run_number) = 0;

  /// Forgets the pages; who changed is kept for the audit.
  virtual void drop_pages(const std::string& change_set) = 0;
  /// Forgets these change sets.
  virtual std::expected<void, events::EngineError> drop_changes(
      const std::string& sync_key, const std::vector<std::string>& change_sets) = 0;
};

}  // namespace bellwether::sync
