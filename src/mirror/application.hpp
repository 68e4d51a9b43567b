#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "contract/cohort_sync.hpp"
#include "feed/feed.hpp"
#include "mirror/cohort_rows.hpp"
#include "mirror/options.hpp"
#include "mirror/resolve.hpp"
#include "mirror/session.hpp"
#include "storage/database.hpp"

/// One session being applied to its cohort, or a failed one being taken back: who else is unsettled, what this session
/// tells about them, and what all of it comes to. Two ways lead through it: `apply_in_place` (a few thousand members,
/// one transaction, row by row) and `Rebuild` (any number, a new generation of the cohort written over many
/// transactions).
namespace bellwether::mirror {

struct Application {
  Cohort cohort;
  Session session;
  /// All that is to be applied, when it is this one page; otherwise null, and the pages are read from their rows.
  const contract::CohortPage* at_hand = nullptr;
  std::int64_t last_page = 0;  ///< what is applied is the session's pages up to this one
  bool reverting = false;      ///< take `session` back instead of applying it
  bool reverts = true;         ///< see Options
  ApplyRules rules;
  std::map<std::int64_t, Verdict> verdicts;  ///< on each unsettled session of the cohort, by its ref
  std::set<std::int64_t> forgotten;          ///< of these: those before the last restatement
  std::vector<std::int64_t> failed;          ///< sessions that this one shows to have failed

  // What has been done so far.
  std::int64_t size_delta = 0;
  std::int64_t entered = 0;
  std::int64_t left = 0;
  std::int64_t updated = 0;
  std::int64_t absent_removals = 0;
  std::map<std::int64_t, std::int64_t> open_changes;  ///< undo rows of each unsettled session

  Verdict verdict_on(std::int64_t session_ref) const;
  /// Takes one member's outcome into the sums and the feed. `before`: its state, `mention`: what was said of it.
  void count(storage::Database& database, feed::BatchWriter& batch, std::string_view id,
             const Resolution& resolution, const std::optional<MemberState>& before,
             const std::optional<Mention>& mention);
};

/// Loads what is unsettled. Verdicts: kRefuted for a session whose run was begun again, and for one that pages are
/// missing of and that went quiet before this one began (it failed); kOpen for all others until `weigh`.
Application begin_application(storage::Database& database, Cohort cohort, Session session,
                              const contract::CohortPage* at_hand, const Options& options, Timestamp now);

/// The unsettled session that changed this member, as far as it still counts.
std::optional<Undo> relevant_undo(storage::Database& database, const Application& application,
                                  std::string_view id);
/// Takes out of `undo.below` what has been settled since, one way or the other.
void fold_below(storage::Database& database, const Application& application, Undo& undo);

/// Takes what one mention tells about the unsettled sessions.
void weigh_mention(Application& application, std::map<std::int64_t, Evidence>& evidence,
                   const std::optional<MemberState>& current, const Mention& mention,
                   const std::optional<Undo>& undo);
/// Turns evidence into verdicts.
void weigh(Application& application, const std::map<std::int64_t, Evidence>& evidence);

NumberingRules numbering_rules(const Cohort& cohort, const Options& options);

/// "3 of 7 pages came"
std::string pages_came(const Session& session, const NumberingRules& rules);

}  // namespace bellwether::mirror
