#include "mirror/conclusion.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "base/log.hpp"
#include "mirror/member_rows.hpp"
#include "mirror/page_rows.hpp"

namespace bellwether::mirror {

namespace {

using storage::Database;

/// More undo rows than this are removed by housekeeping, not at once.
constexpr std::int64_t kSweepAtOnce = 2000;

/// What a later session without evidence leaves of an unsettled one.
void conclude_open(Database& database, Application& application, Session& other, const Options& options) {
  other.open_changes = application.open_changes[other.ref];
  const bool silence_settles = options.doubt == DoubtMode::kEvidence && other.state == SessionState::kApplied;
  if (silence_settles && !application.reverting) {
    return settle(database, other, SessionState::kApplied,
                  fmt::format("session {} did not contradict it", application.session.session_id));
  }
  save_session(database, other);
}

void conclude_other(Database& database, Application& application, Session& other, const Options& options) {
  const std::string& by = application.session.session_id;
  if (other.state == SessionState::kRestarted) return settle(database, other, other.state, other.why);
  if (std::ranges::find(application.failed, other.ref) != application.failed.end()) {
    return settle(database, other, SessionState::kFailed,
                  fmt::format("{}; session {} began after it went quiet",
                              pages_came(other, numbering_rules(application.cohort, options)), by));
  }
  if (application.rules.full)
    return settle(database, other, SessionState::kApplied, "settled by full load " + by);
  switch (application.verdict_on(other.ref)) {
    case Verdict::kRefuted:
      return settle(database, other, SessionState::kRefuted,
                    fmt::format("session {} repeats its changes: the sender did not see it succeed", by));
    case Verdict::kConfirmed:
      return settle(database, other, SessionState::kApplied, "confirmed by session " + by);
    case Verdict::kOpen:
      return conclude_open(database, application, other, options);
  }
}

/// Sessions whose undo stands below one of this session's: theirs again if it is refuted.
std::set<std::int64_t> covered_by(Database& database, const Cohort& cohort, const Session& session) {
  std::set<std::int64_t> covered;
  for (const auto& [id, undo] : load_undo_of_session(database, cohort.generation, session.ref)) {
    for (const Undo& below : undo.below) covered.insert(below.session_ref);
  }
  return covered;
}

/// Settles sessions when later ones mention all that they changed, when those stand: nothing is left to be told.
void settle_emptied(Database& database, const Application& application) {
  std::vector<std::int64_t> emptied;
  {
    auto query = database.query(
        "SELECT ref FROM session AS old WHERE cohort_ref = ?1 AND open = 1 AND open_changes = 0 AND ref <> ?2 "
        "AND NOT EXISTS (SELECT 1 FROM session AS newer WHERE newer.cohort_ref = ?1 AND newer.open = 1 "
        "AND newer.ref <> ?2 AND newer.first_page > old.first_page)",
        application.cohort.ref, application.session.ref);
    while (query.next()) emptied.push_back(query.integer(0));
  }
  if (emptied.empty() || application.session.open_changes > kSweepAtOnce) return;
  const auto covered = covered_by(database, application.cohort, application.session);
  for (const std::int64_t ref : emptied) {
    if (covered.contains(ref)) continue;
    Session session = load_session(database, ref);
    settle(database, session, SessionState::kApplied, "each of its changes was settled by a later session");
  }
}

void conclude_others(Database& database, Application& application, const Options& options) {
  for (const auto& [ref, verdict] : application.verdicts) {
    if (ref == application.session.ref) continue;
    Session other = load_session(database, ref);
    // The sender's answers may have settled it while a long merge was under way.
    if (other.open) conclude_other(database, application, other, options);
  }
  for (const std::int64_t ref : application.failed) {
    Session other = load_session(database, ref);
    if (!is_over(other.state)) conclude_other(database, application, other, options);
  }
  if (application.verdicts.size() > 1) settle_emptied(database, application);
}

/// Marks what was applied; true when more pages came meanwhile.
bool mark_stored_pages_applied(Database& database, const Application& application) {
  const std::int64_t ref = application.session.ref;
  database.run("UPDATE page SET applied = 1 WHERE session_ref = ?1 AND applied = 0 AND ref <= ?2", ref,
               application.last_page);
  auto more = database.query("SELECT 1 FROM page WHERE session_ref = ?1 AND applied = 0 LIMIT 1", ref);
  return more.next();
}

/// Waits again when the pages that came meanwhile complete it.
void await_the_rest(Database& database, const Application& application, Session& session,
                    const Options& options) {
  const auto completeness =
      judge_completeness(session.progress, numbering_rules(application.cohort, options));
  session.waiting = completeness == Completeness::kComplete;
  session.state = SessionState::kReceiving;
  save_session(database, session);
}

void conclude_applied(Database& database, Application& application, const Options& options, Timestamp now) {
  Session& session = application.session;
  session.applied_at = now;
  session.entered += application.entered;
  session.left += application.left;
  session.updated += application.updated;
  session.absent_removals += application.absent_removals;
  session.open_changes = application.rules.full ? 0 : application.open_changes[session.ref];
  session.open = session.open_changes > 0;
  const bool all_applied = application.at_hand != nullptr;
  if (!all_applied && mark_stored_pages_applied(database, application)) {
    return await_the_rest(database, application, session, options);
  }
  session.waiting = false;
  session.held_until.reset();
  session.why.clear();
  session.state = SessionState::kApplied;
  review_settlement(database, application.cohort, session, options);
}

void conclude_reverted(Database& database, Application& application) {
  Session& session = application.session;
  session.waiting = false;
  settle(database, session, session.state, session.why);
}

}  // namespace

void conclude(Database& database, Application& application, feed::BatchWriter& batch, const Options& options,
              Timestamp now) {
  batch.flush(database);
  if (application.rules.restatement) application.cohort.restated_at = application.session.first_page;
  application.cohort.size += application.size_delta;
  save_cohort(database, application.cohort, now);
  feed::publish(database, batch,
                {application.cohort.project_id, application.cohort.cohort_id, application.session.session_id},
                now);
  if (application.reverting) {
    conclude_reverted(database, application);
  } else {
    conclude_applied(database, application, options, now);
  }
  conclude_others(database, application, options);
}

void review_settlement(Database& database, const Cohort& cohort, Session& session, const Options& options) {
  if (!session.open) return save_session(database, session);
  SettlementFacts facts{.mode = options.doubt,
                        .progress = session.progress,
                        .numbering = numbering_rules(cohort, options),
                        .signs = session.signs};
  facts.is_complete = judge_completeness(session.progress, facts.numbering) != Completeness::kIncomplete;
  if (options.doubt == DoubtMode::kConnection) count_answers(database, session.ref, facts);
  const Settlement settlement = assess(facts);
  switch (settlement.kind) {
    case Settlement::Kind::kSettled:
      return settle(database, session, SessionState::kApplied, "");
    case Settlement::Kind::kReversible:
      session.state = SessionState::kApplied;
      break;
    case Settlement::Kind::kInDoubt:
      session.state = SessionState::kInDoubt;
      break;
  }
  session.why = settlement.reason;
  save_session(database, session);
}

void fail_damaged(Database& database, Session& session, const DamagedPage& damage) {
  Cohort cohort = load_cohort(database, session.cohort_ref);
  cohort.has_baseline = false;
  save_baseline(database, cohort);
  session.state = SessionState::kFailed;
  session.why = fmt::format("{}; the cohort needs a full load", damage.what());
  session.waiting = false;
  session.held_until.reset();
  save_session(database, session);
  log::error("a stored page is damaged: its run fails, and its cohort needs a full load",
             {{"project", cohort.project_id},
              {"cohort", cohort.cohort_id},
              {"session", session.session_id},
              {"damage", damage.what()}});
}

void settle(Database& database, Session& session, SessionState state, std::string why) {
  if (session.open_changes > kSweepAtOnce) {
    database.run("INSERT OR IGNORE INTO undo_sweep (session_ref) VALUES (?1)", session.ref);
  } else if (session.open) {
    database.run("DELETE FROM undo WHERE session_ref = ?1", session.ref);
  }
  session.state = state;
  session.why = std::move(why);
  session.open = false;
  session.open_changes = 0;
  save_session(database, session);
}

}  // namespace bellwether::mirror
