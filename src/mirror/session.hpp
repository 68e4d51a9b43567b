#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "mirror/settlement.hpp"
#include "storage/database.hpp"

/// Sessions as rows: loading and saving, no rules.
namespace bellwether::mirror {

enum class SessionState : std::uint8_t {
  kReceiving,  ///< pages are missing, or all are here and wait
  kApplied,
  kInDoubt,    ///< applied, but it may have failed in the sender's eyes
  kRestarted,  ///< its run was begun again: a newer attempt stands for it
  kFailed,     ///< pages never came, a newer session began; nothing of it stands
  kRefuted,    ///< was applied, a later session showed that the sender did not see it succeed
  kExpired,    ///< pages never came and nothing followed for too long
};

std::string_view to_string(SessionState state);
SessionState parse_session_state(std::string_view name);

/// Nothing of restarted, failed, refuted and expired sessions stands in the end: late pages of theirs are refused.
bool is_over(SessionState state);

/// One attempt of a run.
struct Session {
  std::int64_t ref = 0;
  std::int64_t cohort_ref = 0;
  std::string session_id;
  std::int64_t attempt = 1;
  SessionState state = SessionState::kReceiving;
  std::string why;
  Progress progress;
  std::int64_t carried = 0;     ///< pages that an earlier attempt has left it
  std::int64_t received = 0;    ///< members on its pages
  std::int64_t skipped = 0;     ///< members without an id
  std::int64_t first_page = 0;  ///< the page that it began with
  std::int64_t last_page = 0;   ///< of a loaded session: what is applied is its pages up to this one
  Timestamp first_page_at;
  Timestamp last_page_at;
  std::optional<Timestamp> held_until;
  bool waiting = false;
  std::optional<Timestamp> applied_at;
  bool open = false;
  std::int64_t open_changes = 0;
  Signs signs = 0;
  bool has_bodies = false;
  std::int64_t entered = 0;
  std::int64_t left = 0;
  std::int64_t updated = 0;
  std::int64_t absent_removals = 0;
};

/// The newest attempt of a run.
std::optional<Session> find_session(storage::Database& database, std::int64_t cohort_ref,
                                    std::string_view session_id);
Session load_session(storage::Database& database, std::int64_t ref);
Session insert_session(storage::Database& database, std::int64_t cohort_ref, std::string_view session_id,
                       std::int64_t attempt, Timestamp now);
void save_session(storage::Database& database, const Session& session);

std::vector<Session> load_open_sessions(storage::Database& database, std::int64_t cohort_ref);
std::vector<Session> load_receiving_sessions(storage::Database& database, std::int64_t cohort_ref);
std::vector<Session> load_held_sessions(storage::Database& database, std::int64_t cohort_ref);
/// Of any cohort: those that are held no longer than until `now`, up to `most`.
std::vector<Session> load_sessions_held_until(storage::Database& database, Timestamp now, std::size_t most);
/// Whether a session of the cohort waits to be applied or is being merged.
bool has_waiting_session(storage::Database& database, std::int64_t cohort_ref);
/// Whether an unsettled session of the cohort began after this one.
bool has_newer_open_session(storage::Database& database, const Session& session);

}  // namespace bellwether::mirror
