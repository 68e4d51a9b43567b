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
    std::pair{SessionState::kRestarted, std::string_view("restarted")},
    std::pair{SessionState::kFailed, std::string_view("failed")},
    std::pair{SessionState::kRefuted, std::string_view("refuted")},
    std::pair{SessionState::kExpired, std::string_view("expired")},
};

ActionProgress read_progress(const Query& query, int column) {
  return {static_cast<std::uint32_t>(query.integer(column)),
          static_cast<std::uint32_t>(query.integer(column + 1))};
}

/// Columns as in SELECT_SESSION.
Session read_session(const Query& query) {
  Session session;
  int column = 0;
  const auto integer = [&] { return query.integer(column++); };
  const auto flag = [&] { return integer() != 0; };
  const auto time = [&]() -> std::optional<Timestamp> {
    const int at = column++;
    return query.is_null(at) ? std::nullopt : std::optional(from_unix_ms(query.integer(at)));
  };
  session.ref = integer();
  session.cohort_ref = integer();
  session.session_id = query.text(column++);
  session.attempt = integer();
  session.state = parse_session_state(query.text(column++));
  session.why = query.text(column++);
  for (const Action action : {Action::kMembers, Action::kAddMembers, Action::kRemoveMembers}) {
    session.progress.of(action) = read_progress(query, column);
    column += 2;
  }
  session.progress.in_run_order = flag();
  session.progress.index_repeats = flag();
  session.progress.unnumbered = flag();
  session.carried = integer();
  session.received = integer();
  session.skipped = integer();
  session.first_page = integer();
  session.last_page = integer();
  session.first_page_at = from_unix_ms(integer());
  session.last_page_at = from_unix_ms(integer());
  session.held_until = time();
  session.waiting = flag();
  session.applied_at = time();
  session.open = flag();
  session.open_changes = integer();
  session.signs = static_cast<Signs>(integer());
  session.has_bodies = flag();
  session.entered = integer();
  session.left = integer();
  session.updated = integer();
  session.absent_removals = integer();
  return session;
}

// clang-format off
#define SELECT_SESSION                                                                                            \
  "SELECT ref, cohort_ref, session_id, attempt, state, why, members_pages, members_total, add_pages, add_total, " \
  "remove_pages, remove_total, in_run_order, index_repeats, unnumbered, carried, received, skipped, first_page, " \
  "last_page, first_page_at, last_page_at, held_until, waiting, applied_at, open, open_changes, signs, "          \
  "has_bodies, entered, left_, updated, absent_removals FROM session "
// clang-format on

std::optional<std::int64_t> optional_ms(const std::optional<Timestamp>& time) {
  return time ? std::optional<std::int64_t>(to_unix_ms(*time)) : std::nullopt;
}

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
  return state == SessionState::kRestarted || state == SessionState::kFailed ||
         state == SessionState::kRefuted || state == SessionState::kExpired;
}

std::optional<Session> find_session(Database& database, std::int64_t cohort_ref,
                                    std::string_view session_id) {
  auto query =
      database.query(SELECT_SESSION "WHERE cohort_ref = ?1 AND session_id = ?2 ORDER BY attempt DESC LIMIT 1",
                     cohort_ref, session_id);
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
                       std::int64_t attempt, Timestamp now) {
  database.run(
      "INSERT INTO session (cohort_ref, session_id, attempt, state, why, members_pages, members_total, "
      "add_pages, add_total, remove_pages, remove_total, in_run_order, index_repeats, unnumbered, carried, "
      "received, skipped, first_page, last_page, first_page_at, last_page_at, waiting, open, open_changes, "
      "signs, has_bodies, entered, left_, updated, absent_removals) "
      "VALUES (?1, ?2, ?3, 'receiving', '', 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, ?4, ?4, 0, 0, 0, 0, 0, "
      "0, 0, 0, 0)",
      cohort_ref, session_id, attempt, to_unix_ms(now));
  Session session;
  session.ref = database.last_insert_id();
  session.cohort_ref = cohort_ref;
  session.session_id = session_id;
  session.attempt = attempt;
  session.first_page_at = now;
  session.last_page_at = now;
  return session;
}

void save_session(Database& database, const Session& session) {
  const Progress& progress = session.progress;
  const auto& members = progress.of(Action::kMembers);
  const auto& adds = progress.of(Action::kAddMembers);
  const auto& removes = progress.of(Action::kRemoveMembers);
  database.run(
      "UPDATE session SET state = ?2, why = ?3, members_pages = ?4, members_total = ?5, add_pages = ?6, "
      "add_total = ?7, remove_pages = ?8, remove_total = ?9, in_run_order = ?10, index_repeats = ?11, "
      "unnumbered = ?12, carried = ?13, received = ?14, skipped = ?15, first_page = ?16, last_page = ?17, "
      "last_page_at = ?18, held_until = ?19, waiting = ?20, applied_at = ?21, open = ?22, open_changes = ?23, "
      "signs = ?24, has_bodies = ?25, entered = ?26, left_ = ?27, updated = ?28, absent_removals = ?29 "
      "WHERE ref = ?1",
      session.ref, to_string(session.state), session.why, std::int64_t{members.pages},
      std::int64_t{members.total}, std::int64_t{adds.pages}, std::int64_t{adds.total},
      std::int64_t{removes.pages}, std::int64_t{removes.total}, progress.in_run_order, progress.index_repeats,
      progress.unnumbered, session.carried, session.received, session.skipped, session.first_page,
      session.last_page, to_unix_ms(session.last_page_at), optional_ms(session.held_until), session.waiting,
      optional_ms(session.applied_at), session.open, session.open_changes, std::int64_t{session.signs},
      session.has_bodies, session.entered, session.left, session.updated, session.absent_removals);
}

std::vector<Session> load_open_sessions(Database& database, std::int64_t cohort_ref) {
  return read_all(
      database.query(SELECT_SESSION "WHERE cohort_ref = ?1 AND open = 1 ORDER BY ref", cohort_ref));
}

std::vector<Session> load_receiving_sessions(Database& database, std::int64_t cohort_ref) {
  return read_all(database.query(SELECT_SESSION "WHERE cohort_ref = ?1 AND state = 'receiving' ORDER BY ref",
                                 cohort_ref));
}

std::vector<Session> load_held_sessions(Database& database, std::int64_t cohort_ref) {
  return read_all(database.query(SELECT_SESSION
                                 "WHERE cohort_ref = ?1 AND state = 'receiving' AND held_until IS NOT NULL "
                                 "ORDER BY first_page",
                                 cohort_ref));
}

std::vector<Session> load_sessions_held_until(Database& database, Timestamp now, std::size_t most) {
  return read_all(database.query(SELECT_SESSION "WHERE held_until <= ?1 ORDER BY first_page LIMIT ?2",
                                 to_unix_ms(now), most));
}

bool has_waiting_session(Database& database, std::int64_t cohort_ref) {
  auto query =
      database.query("SELECT 1 FROM session WHERE waiting = 1 AND cohort_ref = ?1 LIMIT 1", cohort_ref);
  return query.next();
}

bool has_newer_open_session(Database& database, const Session& session) {
  auto query =
      database.query("SELECT 1 FROM session WHERE cohort_ref = ?1 AND open = 1 AND first_page > ?2 LIMIT 1",
                     session.cohort_ref, session.first_page);
  return query.next();
}

}  // namespace bellwether::mirror
