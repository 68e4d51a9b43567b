#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "feed/feed.hpp"
#include "mirror/cohort_rows.hpp"
#include "mirror/mention_sorter.hpp"
#include "mirror/options.hpp"
#include "mirror/resolve.hpp"
#include "mirror/session.hpp"
#include "storage/database.hpp"

/// One session being applied to its cohort, or a failed one being taken back: who else is unsettled, what
/// this session tells about them, and what all of it comes to. Two ways lead through it: `apply_in_place` (a
/// few thousand members, one transaction, row by row) and `Rebuild` (any number, a new generation of the
/// cohort written over many transactions).
namespace bellwether::mirror {

struct Application {
  Cohort cohort;
  Session session;
  bool reverting = false;  ///< take `session` back instead of applying it
  bool reverts = true;     ///< see Options
  ApplyRules rules;
  std::map<std::int64_t, Verdict> verdicts;  ///< on each unsettled session of the cohort, by its ref
  std::vector<std::int64_t> failed;          ///< sessions that this one shows to have failed

  // What has been done so far.
  std::int64_t size_delta = 0;
  std::int64_t entered = 0;
  std::int64_t left = 0;
  std::int64_t updated = 0;
  std::map<std::int64_t, std::int64_t> open_changes;  ///< undo rows of each unsettled session

  Verdict verdict_on(std::int64_t session_ref) const;
  /// Takes one member's outcome into the sums and the feed.
  void count(storage::Database& database, feed::BatchWriter& batch, std::string_view id,
             const Resolution& resolution, bool was_member);
};

/// Loads what is unsettled. Verdicts: kRefuted for a session that pages are missing of and that went quiet
/// before this one began (it failed), kOpen for all others until `weigh`.
Application begin_application(storage::Database& database, const Session& session, const Options& options,
                              Timestamp now);

/// The unsettled session that changed this member, as far as it still counts.
std::optional<Undo> relevant_undo(storage::Database& database, const Application& application,
                                  std::string_view id);

/// Turns evidence into verdicts.
void weigh(Application& application, const std::map<std::int64_t, Evidence>& evidence);

/// The members on the session's unapplied pages, sorted. Reads a few pages at a time.
MentionSorter collect_mentions(storage::Database& database, const Session& session, const Options& options);

/// How many members stand on the session's unapplied pages, and whether they are a full load.
struct Unapplied {
  std::int64_t members = 0;
  bool full = false;
};
Unapplied count_unapplied(storage::Database& database, const Session& session);

/// Writes what the application came to: sessions' states, the cohort, the feed. Ends it.
void conclude(storage::Database& database, Application& application, feed::BatchWriter& batch,
              const Options& options, Timestamp now);

/// Whether the session is settled now; settles it when nothing is in doubt any more. Saves the session.
void review_settlement(storage::Database& database, Session& session, const Options& options);

/// "3 of 7 pages came"
std::string pages_came(const Session& session, Numbering numbering);

/// No doubt is left: forgets what the session replaced.
void settle(storage::Database& database, Session& session, SessionState state, std::string why);

}  // namespace bellwether::mirror
