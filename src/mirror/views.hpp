#pragma once

#include <optional>
#include <string>
#include <vector>

#include "feed/feed.hpp"
#include "mirror/cohort_rows.hpp"
#include "mirror/session.hpp"
#include "storage/database.hpp"

/// What readers see of the mirror. Every call reads one committed state; lists are ordered by a key that
/// never changes, and `after` is the last key of the page before.
namespace bellwether::mirror {

struct CohortSummary : Cohort {
  std::int64_t in_doubt = 0;  ///< members that an unsettled session changed
  Timestamp first_seen;
  std::optional<Timestamp> changed_at;
};

struct MemberView {
  std::string distinct_id;
  std::string properties;  ///< a JSON object
  Timestamp entered_at;
  std::optional<std::string> session_id;  ///< no value when the session's record is no longer kept
};

struct DoubtView {
  std::string distinct_id;
  feed::Kind change;
  std::string session_id;
  std::string reason;
};

struct SessionView {
  Session session;
  std::string project_id;
  std::string cohort_id;
  std::uint32_t expected_pages = 0;
};

struct SessionFilter {
  std::optional<std::string> project_id;
  std::optional<std::string> cohort_id;
  std::optional<std::string> state;
  std::optional<std::int64_t> before;  ///< newest first; only those with a smaller ref
};

struct CohortOfMember {
  CohortSummary cohort;
  MemberView member;
};

std::vector<CohortSummary> list_cohorts(storage::Database& database, std::int64_t after_ref,
                                        std::size_t limit);
std::optional<CohortSummary> find_cohort(storage::Database& database, std::string_view project_id,
                                         std::string_view cohort_id);
/// The generation of rows that is the cohort's membership now.
std::optional<std::int64_t> find_generation(storage::Database& database, std::string_view project_id,
                                            std::string_view cohort_id);
std::vector<MemberView> list_members(storage::Database& database, std::int64_t generation,
                                     const std::optional<std::string>& after, std::size_t limit);
std::optional<MemberView> find_member(storage::Database& database, std::int64_t generation,
                                      std::string_view id);
std::vector<CohortOfMember> cohorts_of_member(storage::Database& database, std::string_view id);
std::vector<DoubtView> list_doubts(storage::Database& database, const CohortSummary& cohort,
                                   const std::optional<std::string>& after, std::size_t limit);
std::vector<SessionView> list_sessions(storage::Database& database, const SessionFilter& filter,
                                       std::size_t limit);

/// How many sessions are in each state, and how many members are in doubt in all.
struct MirrorCounts {
  std::vector<std::pair<std::string, std::int64_t>> sessions_by_state;
  std::int64_t members_in_doubt = 0;
  std::int64_t cohorts = 0;
  std::int64_t members = 0;
  std::int64_t cohorts_without_baseline = 0;
  std::int64_t absent_removals = 0;  ///< of the sessions that are still kept
};
MirrorCounts count_mirror(storage::Database& database);

}  // namespace bellwether::mirror
