#include "mirror/views.hpp"

namespace bellwether::mirror {

namespace {

using storage::Database;
using storage::Query;

#define SELECT_COHORT                                                                               \
  "SELECT " COHORT_COLUMNS                                                                          \
  ", first_seen, changed_at, "                                                                      \
  "(SELECT coalesce(sum(open_changes), 0) FROM session WHERE cohort_ref = cohort.ref AND open = 1 " \
  "AND state IN ('in_doubt', 'receiving', 'restarted')) FROM cohort "

#define SELECT_MEMBER                            \
  "SELECT distinct_id, properties, entered_at, " \
  "(SELECT session_id FROM session WHERE session.ref = member.session_ref) FROM member "

CohortSummary read_summary(const Query& query) {
  CohortSummary cohort{read_cohort(query)};
  cohort.first_seen = from_unix_ms(query.integer(kCohortColumns));
  if (!query.is_null(kCohortColumns + 1)) cohort.changed_at = from_unix_ms(query.integer(kCohortColumns + 1));
  cohort.in_doubt = query.integer(kCohortColumns + 2);
  return cohort;
}

MemberView read_member(const Query& query) {
  return {std::string(query.text(0)), std::string(query.text(1)), from_unix_ms(query.integer(2)),
          query.optional_text(3)};
}

}  // namespace

std::vector<CohortSummary> list_cohorts(Database& database, std::int64_t after_ref, std::size_t limit) {
  std::vector<CohortSummary> cohorts;
  auto query = database.query(SELECT_COHORT "WHERE ref > ?1 ORDER BY ref LIMIT ?2", after_ref, limit);
  while (query.next()) cohorts.push_back(read_summary(query));
  return cohorts;
}

std::optional<CohortSummary> find_cohort(Database& database, std::string_view project_id,
                                         std::string_view cohort_id) {
  auto query =
      database.query(SELECT_COHORT "WHERE project_id = ?1 AND cohort_id = ?2", project_id, cohort_id);
  if (!query.next()) return std::nullopt;
  return read_summary(query);
}

std::optional<std::int64_t> find_generation(Database& database, std::string_view project_id,
                                            std::string_view cohort_id) {
  auto query = database.query("SELECT generation FROM cohort WHERE project_id = ?1 AND cohort_id = ?2",
                              project_id, cohort_id);
  if (!query.next()) return std::nullopt;
  return query.integer(0);
}

std::vector<MemberView> list_members(Database& database, std::int64_t generation,
                                     const std::optional<std::string>& after, std::size_t limit) {
  std::vector<MemberView> members;
  auto query =
      after ? database.query(SELECT_MEMBER
                             "WHERE generation = ?1 AND distinct_id > ?2 ORDER BY distinct_id LIMIT ?3",
                             generation, *after, limit)
            : database.query(SELECT_MEMBER "WHERE generation = ?1 ORDER BY distinct_id LIMIT ?2", generation,
                             limit);
  while (query.next()) members.push_back(read_member(query));
  return members;
}

std::optional<MemberView> find_member(Database& database, std::int64_t generation, std::string_view id) {
  auto query = database.query(SELECT_MEMBER "WHERE generation = ?1 AND distinct_id = ?2", generation, id);
  if (!query.next()) return std::nullopt;
  return read_member(query);
}

std::vector<CohortOfMember> cohorts_of_member(Database& database, std::string_view id) {
  std::vector<CohortOfMember> found;
  // One look-up a cohort: an index by member over all cohorts would double the cost of every merge.
  auto query = database.query(SELECT_COHORT "ORDER BY ref");
  while (query.next()) {
    CohortSummary cohort = read_summary(query);
    auto member = find_member(database, cohort.generation, id);
    if (member) found.push_back({std::move(cohort), std::move(*member)});
  }
  return found;
}

std::vector<DoubtView> list_doubts(Database& database, const CohortSummary& cohort,
                                   const std::optional<std::string>& after, std::size_t limit) {
  std::vector<DoubtView> doubts;
  auto query = database.query(
      "SELECT undo.distinct_id, undo.change, session.session_id, session.why, session.state FROM undo "
      "JOIN session ON session.ref = undo.session_ref WHERE undo.generation = ?1 AND undo.distinct_id >= ?2 "
      "AND session.open = 1 AND session.state IN ('in_doubt', 'receiving', 'restarted') ORDER BY undo.distinct_id "
      "LIMIT ?3",
      cohort.generation, after.value_or(""), limit + 1);
  while (query.next()) {
    if (after && query.text(0) == *after) continue;
    if (doubts.size() == limit) break;
    const bool receiving = query.text(4) == "receiving";
    doubts.push_back({std::string(query.text(0)), static_cast<feed::Kind>(query.text(1).front()),
                      std::string(query.text(2)),
                      receiving ? "a part of its session is applied, more pages are expected"
                                : std::string(query.text(3))});
  }
  return doubts;
}

std::vector<SessionView> list_sessions(Database& database, const SessionFilter& filter, std::size_t limit) {
  std::vector<SessionView> sessions;
  auto query = database.query(
      "SELECT session.ref, project_id, cohort_id FROM session JOIN cohort ON cohort.ref = session.cohort_ref "
      "WHERE (?1 IS NULL OR project_id = ?1) AND (?2 IS NULL OR cohort_id = ?2) AND (?3 IS NULL "
      "OR state = ?3) AND (?4 IS NULL OR session.ref < ?4) ORDER BY session.ref DESC LIMIT ?5",
      filter.project_id, filter.cohort_id, filter.state, filter.before, limit);
  while (query.next()) {
    SessionView view;
    view.session = load_session(database, query.integer(0));
    view.project_id = query.text(1);
    view.cohort_id = query.text(2);
    const Cohort cohort = load_cohort(database, view.session.cohort_ref);
    view.expected_pages = expected_pages(view.session.progress, {.hint = cohort.numbering});
    sessions.push_back(std::move(view));
  }
  return sessions;
}

MirrorCounts count_mirror(Database& database) {
  MirrorCounts counts;
  auto states = database.query("SELECT state, count(*) FROM session GROUP BY state");
  while (states.next()) counts.sessions_by_state.emplace_back(states.text(0), states.integer(1));
  auto cohorts =
      database.query("SELECT count(*), coalesce(sum(size), 0), coalesce(sum(baseline = 0), 0) FROM cohort");
  if (cohorts.next()) {
    counts.cohorts = cohorts.integer(0);
    counts.members = cohorts.integer(1);
    counts.cohorts_without_baseline = cohorts.integer(2);
  }
  auto absent = database.query("SELECT coalesce(sum(absent_removals), 0) FROM session");
  if (absent.next()) counts.absent_removals = absent.integer(0);
  auto doubts = database.query(
      "SELECT coalesce(sum(open_changes), 0) FROM session WHERE open = 1 "
      "AND state IN ('in_doubt', 'receiving', 'restarted')");
  if (doubts.next()) counts.members_in_doubt = doubts.integer(0);
  return counts;
}

}  // namespace bellwether::mirror
