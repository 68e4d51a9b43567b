#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "registry/checks.hpp"
#include "storage/database.hpp"

namespace bellwether::registry {

enum class SyncState : std::uint8_t {
  kActive,
  kPaused,  ///< until a person resumes it; the note says why
  kDone,    ///< a one-time export that succeeded
};
std::string_view to_string(SyncState state);

/// One cohort to one destination.
struct Sync {
  std::int64_t id = 0;  ///< 0: not stored yet
  std::string key;      ///< its snapshot's key in the event engine; given once
  std::string project_id;
  std::int64_t cohort_id = 0;
  std::int64_t destination_id = 0;
  std::vector<std::string> properties;  ///< of the profile, exported beside e-mail, names and phone
  bool recurring = true;
  std::string owner;  ///< an e-mail address to tell when it pauses; empty: nobody
  SyncState state = SyncState::kActive;
  std::string note;
  Timestamp next_run_at;
};

struct SyncLimits {
  std::size_t recurring = 60;  ///< in a project (contract)
};

/// Of all projects when `project_id` is empty.
std::vector<Sync> list_syncs(storage::Database& database, std::string_view project_id);
std::optional<Sync> find_sync(storage::Database& database, std::int64_t id);
std::optional<Sync> find_sync(storage::Database& database, std::int64_t cohort_id,
                              std::int64_t destination_id);

/// Creates it (then cohort and destination must be of its project), or changes properties, recurring and
/// owner of the one with its id. Returns the id.
Result<std::int64_t> save_sync(storage::Database& database, const Sync& sync, const SyncLimits& limits);
Result<void> remove_sync(storage::Database& database, std::int64_t id);

void set_sync_state(storage::Database& database, std::int64_t id, SyncState state, std::string_view note);
void set_next_run(storage::Database& database, std::int64_t id, Timestamp at);

}  // namespace bellwether::registry
