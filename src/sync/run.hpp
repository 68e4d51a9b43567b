#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "contract/cohort_sync.hpp"
#include "retry_policy/verdict.hpp"

/// One run of a sync, as a state machine without clock, disk or network: each function says what the run is
/// after something happened. Whoever drives it stores the run after every step (active_run.hpp), so that a
/// process that was killed goes on where it was.
///
///     freezing ── changes frozen ──> sending ── last page delivered ──> settling ── snapshot moved ──> ended, succeeded
///         │                            │  ▲ retry: the same page again, later
///         └── not computable           └── given up, or to be paused, or stopped by a person
///             ended, failed                ended, failed / paused / stopped
///
/// The snapshot moves only when every page succeeded. A run that ended otherwise leaves it, and the next one
/// diffs from there under a new session id (contract).
namespace bellwether::sync {

inline constexpr std::uint32_t kPageMembers = 1000;           ///< contract: at most, in one call
inline constexpr Millis kSnapshotAge = std::chrono::days(3);  ///< contract: older, and all is sent again

enum class Phase : std::uint8_t { kFreezing, kSending, kSettling, kEnded };
enum class End : std::uint8_t { kNone, kSucceeded, kFailed, kPaused, kStopped };

std::string_view to_string(Phase phase);
std::string_view to_string(End end);

/// What the cohort's computation found against the snapshot.
struct Counts {
  std::uint64_t entered = 0;
  std::uint64_t left = 0;
  std::uint64_t stayed = 0;
  std::uint64_t members() const { return entered + stayed; }
};

struct Run {
  std::int64_t id = 0;
  std::int64_t sync_id = 0;
  std::uint64_t number = 0;  ///< of the sync's runs, from 1
  std::string session_id;
  std::string change_set;  ///< the frozen changes' key; a new one for each attempt to freeze
  bool full = false;

  Phase phase = Phase::kFreezing;
  End end = End::kNone;
  std::string message;  ///< why it did not succeed, as the receiver worded it where it did

  Counts counts;
  std::uint32_t page_members = kPageMembers;  ///< at most, on a page
  std::uint32_t total_pages = 0;
  std::uint32_t page = 1;  ///< the next to be delivered

  std::uint32_t page_attempts = 0;  ///< of the current page
  std::uint32_t attempts = 0;       ///< of all pages
  Millis paused{0};                 ///< between the current page's attempts
  Timestamp not_before;             ///< the next attempt

  Timestamp started_at;
  Timestamp ended_at;

  /// The process that sent its pages died: its receiver may have seen more of them answered than is known
  /// here. Not stored: each process finds out by itself.
  bool resumed = false;

  bool ended() const { return phase == Phase::kEnded; }
};

/// Whether a run must send the whole membership: there is no snapshot, it is too old, or its time is ahead of
/// `now`, so that nobody knows how old it is.
bool needs_full_load(std::optional<Timestamp> snapshot_at, Timestamp now);

/// One page of the run.
struct Slice {
  contract::Action action = contract::Action::kMembers;
  std::uint32_t page = 1;
  std::uint32_t total = 1;
  std::uint32_t members = 0;
};

/// The page that is to be delivered next. Only while sending.
Slice current_slice(const Run& run);

/// The changes are frozen: a full load sends who is in the cohort, any other run who entered, then who left,
/// each at least one page.
void on_frozen(Run& run, const Counts& counts);

/// A new process goes on with it.
void resume(Run& run);

/// Whether the receiver may take a run for complete that ended otherwise. It would then diff from another
/// state than we, so the next run must send all.
bool leaves_doubt(const Run& run);

/// The current page was answered. `jitter` is from 0 to 1.
void on_answer(Run& run, const retry_policy::Judgement& judgement, Timestamp now, double jitter);

void on_settled(Run& run, Timestamp now);
void finish(Run& run, End how, std::string message, Timestamp now);

}  // namespace bellwether::sync
