#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "mirror/numbering.hpp"
#include "mirror/standing.hpp"
#include "storage/database.hpp"

/// Sessions, cohorts and pages as rows: loading and saving, no rules.
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

struct Cohort {
  std::int64_t ref = 0;
  std::string project_id;
  std::string cohort_id;
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::int64_t generation = 0;
  std::int64_t size = 0;
};

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

/// The numbering remembered for a project.
Numbering load_numbering(storage::Database& database, std::string_view project_id);
void remember_numbering(storage::Database& database, std::string_view project_id, Numbering numbering);

/// Finds the page's cohort, or makes it; takes over a changed name or description.
Cohort touch_cohort(storage::Database& database, const contract::CohortPage& page, Timestamp now);
Cohort load_cohort(storage::Database& database, std::int64_t ref);
void save_cohort(storage::Database& database, const Cohort& cohort, Timestamp changed_at);

/// A new generation of the cohort, without rows.
std::int64_t new_generation(storage::Database& database, std::int64_t cohort_ref);

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

/// Stores the page, or returns no value when it is there already.
std::optional<std::int64_t> insert_page(storage::Database& database, std::int64_t session_ref,
                                        const contract::CohortPage& page, Answer answer, Timestamp now);
/// One of a page's answers; each time the page comes again it has another.
struct AnswerRef {
  std::int64_t page_ref = 0;
  std::int64_t attempt = 1;
};

/// The page came again: its next answer, which is on its way, counts from now on.
std::optional<AnswerRef> expect_answer_again(storage::Database& database, std::int64_t session_ref,
                                             contract::Action action, std::uint32_t page_count);
bool index_under_other_action(storage::Database& database, std::int64_t session_ref,
                              const contract::CohortPage& page);
/// Returns the page's session; no value, with nothing changed, when a later answer counts.
std::optional<std::int64_t> set_answer(storage::Database& database, const AnswerRef& ref, Answer answer);
/// Whether the answers to all pages of the session so far are known to have arrived.
bool all_answers_delivered(storage::Database& database, std::int64_t session_ref);
void count_answers(storage::Database& database, std::int64_t session_ref, StandingFacts& facts);

}  // namespace bellwether::mirror
