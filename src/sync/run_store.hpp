#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/syncs.hpp"
#include "storage/database.hpp"
#include "sync/run.hpp"
#include "sync/schedule.hpp"

/// Runs, their attempts, and which run each snapshot is of. All in the caller's transaction.
namespace bellwether::sync {

/// The state that the sync's last success left.
struct Snapshot {
  std::uint64_t run_number = 0;
  Timestamp taken_at;  ///< when that run began: it shows the cohort as of then
  std::uint64_t members = 0;
  bool in_doubt = false;  ///< a later run may have been taken for complete: send all
};
std::optional<Snapshot> find_snapshot(storage::Database& database, std::int64_t sync_id);

/// Begins the sync's next run. The caller has made sure that none is open.
Run create_run(storage::Database& database, const registry::Sync& sync, std::string session_id,
               std::uint32_t page_members, Timestamp now);
void save_run(storage::Database& database, const Run& run);

/// Stores a run that ended and what follows from it: the snapshot is of this run, the sync pauses or is done,
/// the next run is due `interval` after this one began.
void finish_run(storage::Database& database, const Run& run, Millis interval);

std::optional<Run> find_run(storage::Database& database, std::int64_t id);
/// The run that has not ended, resumed; there is at most one of a sync.
std::optional<Run> find_open_run(storage::Database& database, std::int64_t sync_id);
/// All syncs, as the schedule sees them. `interval` is the longest time that a run is planned ahead.
std::vector<Candidate> list_candidates(storage::Database& database, Timestamp now, Millis interval);
/// The change sets of all runs that have not ended.
std::vector<std::string> open_change_sets(storage::Database& database);
/// Newest first, those with an id below `before`.
std::vector<Run> list_runs(storage::Database& database, std::int64_t sync_id,
                           std::optional<std::int64_t> before, std::size_t limit);
/// The change sets of the sync's successful runs from `number` on.
std::vector<std::string> applied_since(storage::Database& database, std::int64_t sync_id,
                                       std::uint64_t number);

/// One request of a run and what came of it.
struct Attempt {
  std::int64_t id = 0;
  std::int64_t run_id = 0;
  std::uint32_t page = 0;
  Timestamp at;
  std::string request_id;  ///< sent as X-Request-Id
  unsigned status = 0;     ///< 0: there was no answer
  Millis latency{0};
  std::string verdict;
  std::string message;
  std::string answer;  ///< the first KiB of it
};
inline constexpr std::size_t kKeptAnswer = 1024;

void add_attempt(storage::Database& database, const Attempt& attempt);
/// Newest first, those with an id below `before`.
std::vector<Attempt> list_attempts(storage::Database& database, std::int64_t run_id,
                                   std::optional<std::int64_t> before, std::size_t limit);

/// Keeps the newest `attempts` of all syncs.
void trim_attempts(storage::Database& database, std::size_t attempts);

/// The ended runs that began before `before`, oldest first, except each sync's last success.
struct OldRun {
  std::int64_t id = 0;
  std::int64_t sync_id = 0;
  std::string change_set;
};
std::vector<OldRun> old_runs(storage::Database& database, Timestamp before, std::size_t limit);
void remove_run(storage::Database& database, std::int64_t id);
/// Everything of a sync that is no more.
void remove_runs_of_sync(storage::Database& database, std::int64_t sync_id);

}  // namespace bellwether::sync
