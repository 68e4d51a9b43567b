#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "mirror/numbering.hpp"
#include "storage/database.hpp"

/// Sessions as rows: loading and saving, no rules.
namespace bellwether::mirror {

enum class SessionState : std::uint8_t {
  kReceiving,  ///< pages are missing, or all are here and wait to be merged
  kApplied,
  kInDoubt,  ///< applied, but it may have failed in the sender's eyes
  kFailed,   ///< pages never came, a newer session began; nothing of it stands
  kRefuted,  ///< was applied, a later session showed that the sender did not see it succeed
  kExpired,  ///< pages never came and nothing followed for too long
};

std::string_view to_string(SessionState state);
SessionState parse_session_state(std::string_view name);

/// Failed, refuted and expired sessions are over: late pages of theirs are answered and ignored.
bool is_over(SessionState state);

struct Session {
  std::int64_t ref = 0;
  std::int64_t cohort_ref = 0;
  std::string session_id;
  SessionState state = SessionState::kReceiving;
  std::string why;
  Progress progress;
  std::int64_t received = 0;
  std::int64_t first_page = 0;
  std::int64_t last_page = 0;  ///< of a loaded session: what is applied is its pages up to this one
  Timestamp first_page_at;
  Timestamp last_page_at;
  bool waiting = false;
  std::optional<Timestamp> applied_at;
  bool open = false;
  std::int64_t open_changes = 0;
  bool has_bodies = false;
  std::int64_t entered = 0;
  std::int64_t left = 0;
  std::int64_t updated = 0;
};

std::optional<Session> find_session(storage::Database& database, std::int64_t cohort_ref,
                                    std::string_view session_id);
Session load_session(storage::Database& database, std::int64_t ref);
Session insert_session(storage::Database& database, std::int64_t cohort_ref, std::string_view session_id,
                       Timestamp now);
void save_session(storage::Database& database, const Session& session);

std::vector<Session> load_open_sessions(storage::Database& database, std::int64_t cohort_ref);
std::vector<Session> load_receiving_sessions(storage::Database& database, std::int64_t cohort_ref);
/// Whether a session of the cohort waits to be applied or is being merged.
bool has_waiting_session(storage::Database& database, std::int64_t cohort_ref);

}  // namespace bellwether::mirror
