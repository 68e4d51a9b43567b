#include "mirror/session.hpp"

#include <array>
#include <utility>

#include "contract/cohort_sync.hpp"

namespace bellwether::mirror {

namespace {

using contract::Action;
using storage::Database;
using storage::Query;

constexpr std::array kStateNames{
    std::pair{SessionState::kReceiving, std::string_view("receiving")},
    std::pair{SessionState::kApplied, std::string_view("applied")},
    std::pair{SessionState::kInDoubt, std::string_view("in_doubt")},
    std::pair{SessionState::kFailed, std::string_view("failed")},
    std::pair{SessionState::kRefuted, std::string_view("refuted")},
    std::pair{SessionState::kExpired, std::string_view("expired")},
};

ActionProgress read_progress(const Query& query, int column) {
  return {static_cast<std::uint32_t>(query.integer(column)),
          static_cast<std::uint32_t>(query.integer(column + 1))};
}

/// Columns as in the SELECTs below.
Session read_session(const Query& query) {
  Session session;
  session.ref = query.integer(0);
  session.cohort_ref = query.integer(1);
  session.session_id = query.text(2);
  session.state = parse_session_state(query.text(3));
  session.why = query.text(4);
  session.progress.of(Action::kMembers) = read_progress(query, 5);
  session.progress.of(Action::kAddMembers) = read_progress(query, 7);
  session.progress.of(Action::kRemoveMembers) = read_progress(query, 9);
  session.progress.in_run_order = query.integer(11) != 0;
  session.received = query.integer(12);
  session.first_page = query.integer(13);
  session.last_page = query.integer(14);
  session.first_page_at = from_unix_ms(query.integer(15));
  session.last_page_at = from_unix_ms(query.integer(16));
  session.waiting = query.integer(17) != 0;
  if (!query.is_null(18)) session.applied_at = from_unix_ms(query.integer(18));
  session.open = query.integer(19) != 0;
  session.open_changes = query.integer(20);
  session.has_bodies = query.integer(21) != 0;
  session.entered = query.integer(22);
  session.left = query.integer(23);
  session.updated = query.integer(24);
  return session;
}

#define SELECT_SESSION                                                                                       \
  "SELECT ref, cohort_ref, session_id, state, why, members_pages, members_total, add_pages, add_total, "     \
  "remove_pages, remove_total, in_run_order, received, first_page, last_page, first_page_at, last_page_at, " \
  "waiting, applied_at, open, open_changes, has_bodies, entered, left_, updated FROM session "

std::vector<Session> read_all(Query query) {
  std::vector<Session> sessions;
  while (query.next()) sessions.push_back(read_session(query));
  return sessions;
}

}  // namespace

std::string_view to_string(SessionState state) {
  for (const auto& [known, name] : kStateNames) {
    if (known == state) return name;
  }
  return "receiving";
}

SessionState parse_session_state(std::string_view name) {
  for (const auto& [state, known] : kStateNames) {
    if (known == name) return state;
  }
  throw storage::StorageError(storage::StorageError::Kind::kOther,
                              "unknown session state " + std::string(name));
}

bool is_over(SessionState state) {
  return state == SessionState::kFailed || state == SessionState::kRefuted || state == SessionState::kExpired;
}

std::optional<Session> find_session(Database& database, std::int64_t cohort_ref,
                                    std::string_view session_id) {
  auto query =
      database.query(SELECT_SESSION "WHERE cohort_ref = ?1 AND session_id = ?2", cohort_ref, session_id);
  if (!query.next()) return std::nullopt;
  return read_session(query);
}

Session load_session(Database& database, std::int64_t ref) {
  auto query = database.query(SELECT_SESSION "WHERE ref = ?1", ref);
  if (!query.next())
    throw storage::StorageError(storage::StorageError::Kind::kOther, "a session's row is missing");
  return read_session(query);
}

Session insert_session(Database& database, std::int64_t cohort_ref, std::string_view session_id,
                       Timestamp now) {
  database.run(
      "INSERT INTO session (cohort_ref, session_id, state, why, members_pages, members_total, add_pages, "
      "add_total, remove_pages, remove_total, in_run_order, received, first_page, last_page, first_page_at, "
      "last_page_at, waiting, open, open_changes, has_bodies, entered, left_, updated) "
      "VALUES (?1, ?2, 'receiving', '', 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, ?3, ?3, 0, 0, 0, 0, 0, 0, 0)",
      cohort_ref, session_id, to_unix_ms(now));
  Session session;
  session.ref = database.last_insert_id();
  session.cohort_ref = cohort_ref;
  session.session_id = session_id;
  session.first_page_at = now;
  session.last_page_at = now;
  return session;
}

void save_session(Database& database, const Session& session) {
  const auto& members = session.progress.of(Action::kMembers);
  const auto& adds = session.progress.of(Action::kAddMembers);
  const auto& removes = session.progress.of(Action::kRemoveMembers);
  const auto applied_at =
      session.applied_at ? std::optional<std::int64_t>(to_unix_ms(*session.applied_at)) : std::nullopt;
  database.run(
      "UPDATE session "
      "SET state = ?2, why = ?3, members_pages = ?4, members_total = ?5, add_pages = ?6, add_total = ?7, "
      "remove_pages = ?8, remove_total = ?9, in_run_order = ?10, received = ?11, first_page = ?12, "
      "last_page = ?13, last_page_at = ?14, waiting = ?15, applied_at = ?16, open = ?17, open_changes = ?18, "
      "has_bodies = ?19, entered = ?20, left_ = ?21, updated = ?22 WHERE ref = ?1",
      session.ref, to_string(session.state), session.why, std::int64_t{members.pages},
      std::int64_t{members.total}, std::int64_t{adds.pages}, std::int64_t{adds.total},
      std::int64_t{removes.pages}, std::int64_t{removes.total}, session.progress.in_run_order,
      session.received, session.first_page, session.last_page, to_unix_ms(session.last_page_at),
      session.waiting, applied_at, session.open, session.open_changes, session.has_bodies, session.entered,
      session.left, session.updated);
}

std::vector<Session> load_open_sessions(Database& database, std::int64_t cohort_ref) {
  return read_all(
      database.query(SELECT_SESSION "WHERE cohort_ref = ?1 AND open = 1 ORDER BY ref", cohort_ref));
}

std::vector<Session> load_receiving_sessions(Database& database, std::int64_t cohort_ref) {
  return read_all(database.query(SELECT_SESSION "WHERE cohort_ref = ?1 AND state = 'receiving' ORDER BY ref",
                                 cohort_ref));
}

bool has_waiting_session(Database& database, std::int64_t cohort_ref) {
  auto query =
      database.query("SELECT 1 FROM session WHERE waiting = 1 AND cohort_ref = ?1 LIMIT 1", cohort_ref);
  return query.next();
}

}  // namespace bellwether::mirror
