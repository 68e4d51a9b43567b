#include "mirror/application.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "contract/member_reader.hpp"
#include "mirror/member_rows.hpp"
#include "mirror/page_rows.hpp"

namespace bellwether::mirror {

namespace {

using storage::Database;

/// More undo rows than this are removed by housekeeping, not at once.
constexpr std::int64_t kSweepAtOnce = 2000;

bool went_quiet_before(const Session& older, const Session& newer, const Options& options, Timestamp now) {
  return older.ref != newer.ref && !older.waiting && !older.held_until &&
         older.last_page < newer.first_page && now - older.last_page_at >= options.quiet;
}

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

/// What became of a session that is not among the open ones.
Verdict closed_verdict(Database& database, std::int64_t session_ref) {
  auto query = database.query("SELECT state FROM session WHERE ref = ?1", session_ref);
  if (!query.next()) return Verdict::kConfirmed;  // its record is no longer kept
  return is_over(parse_session_state(query.text(0))) ? Verdict::kRefuted : Verdict::kConfirmed;
}

}  // namespace

NumberingRules numbering_rules(const Cohort& cohort, const Options& options) {
  return {cohort.numbering, options.numbering, options.expects_both_actions};
}

std::string pages_came(const Session& session, const NumberingRules& rules) {
  const std::uint32_t expected = expected_pages(session.progress, rules);
  if (expected == 0) return fmt::format("{} pages came, without numbers", session.progress.pages());
  return fmt::format("{} of {} pages came", session.progress.pages(), expected);
}

Verdict Application::verdict_on(std::int64_t session_ref) const {
  const auto found = verdicts.find(session_ref);
  if (found == verdicts.end()) return Verdict::kConfirmed;
  return found->second == Verdict::kRefuted && !reverts ? Verdict::kConfirmed : found->second;
}

void Application::count(Database& database, feed::BatchWriter& batch, std::string_view id,
                        const Resolution& resolution, const std::optional<MemberState>& before,
                        const std::optional<Mention>& mention) {
  if (mention && !mention->add && !before && !resolution.undo) ++absent_removals;
  size_delta += (resolution.state ? 1 : 0) - (before ? 1 : 0);
  if (!resolution.change) return;
  switch (*resolution.change) {
    case feed::Kind::kEntered:
      ++entered;
      break;
    case feed::Kind::kLeft:
      ++left;
      break;
    default:
      ++updated;
  }
  batch.add(database, *resolution.change, id);
}

Application begin_application(Database& database, Cohort cohort, Session session,
                              const contract::CohortPage* at_hand, const Options& options, Timestamp now) {
  Application application;
  application.session = std::move(session);
  application.cohort = std::move(cohort);
  application.at_hand = at_hand;
  application.last_page = application.session.last_page;
  application.reverting = is_over(application.session.state);
  application.rules.session_ref = application.session.ref;
  application.rules.now = to_unix_ms(now);
  application.reverts = options.reverts;
  for (const Session& open : load_open_sessions(database, application.cohort.ref)) {
    const bool refuted = open.state == SessionState::kRestarted;
    application.verdicts[open.ref] = refuted ? Verdict::kRefuted : Verdict::kOpen;
    application.open_changes[open.ref] = open.open_changes;
    if (open.first_page < application.cohort.restated_at) application.forgotten.insert(open.ref);
  }
  if (application.reverting) {
    application.verdicts[application.session.ref] = Verdict::kRefuted;
    return application;
  }
  application.rules.full = count_unapplied(database, application.session, at_hand).full;
  if (application.rules.full) application.cohort.has_baseline = true;
  for (const Session& older : load_receiving_sessions(database, application.cohort.ref)) {
    if (!went_quiet_before(older, application.session, options, now)) continue;
    application.failed.push_back(older.ref);
    if (older.open) application.verdicts[older.ref] = Verdict::kRefuted;
  }
  return application;
}

std::optional<Undo> relevant_undo(Database& database, const Application& application, std::string_view id) {
  if (application.verdicts.empty()) return std::nullopt;
  auto undo = load_undo(database, application.cohort.generation, id);
  if (!undo || !application.verdicts.contains(undo->session_ref)) return std::nullopt;
  fold_below(database, application, *undo);
  return undo;
}

void fold_below(Database& database, const Application& application, Undo& undo) {
  std::optional<MemberState>* prior = &undo.prior;
  std::vector<Undo> open;
  open.reserve(undo.below.size());
  for (Undo& below : undo.below) {
    const bool is_open = application.verdicts.contains(below.session_ref);
    const Verdict verdict =
        is_open ? application.verdict_on(below.session_ref) : closed_verdict(database, below.session_ref);
    if (verdict == Verdict::kConfirmed) break;  // the state after it is certain
    if (verdict == Verdict::kRefuted) {
      *prior = std::move(below.prior);
      continue;
    }
    open.push_back(std::move(below));
    prior = &open.back().prior;
  }
  undo.below = std::move(open);
}

void weigh_mention(Application& application, std::map<std::int64_t, Evidence>& evidence,
                   const std::optional<MemberState>& current, const Mention& mention,
                   const std::optional<Undo>& undo) {
  if (undo) {
    evidence[undo->session_ref].take(*undo, current, mention);
  } else if (restates(current, mention)) {
    application.rules.restatement = true;
  }
}

void weigh(Application& application, const std::map<std::int64_t, Evidence>& evidence) {
  for (const auto& [ref, found] : evidence) {
    const auto verdict = application.verdicts.find(ref);
    const bool undecided = verdict != application.verdicts.end() && verdict->second == Verdict::kOpen;
    if (undecided && ref != application.session.ref && !application.forgotten.contains(ref)) {
      verdict->second = judge(found, application.rules.restatement);
    }
  }
}

MentionSorter collect_mentions(Database& database, const Session& session,
                               const contract::CohortPage* at_hand, const Options& options) {
  MentionSorter sorter(options.spill_dir, options.sort_bytes);
  contract::MemberReader reader;
  const auto collect = [&](std::string_view members, bool add) {
    const auto read = reader.read(members, [&sorter, add](const contract::Member& member) {
      sorter.add(member.distinct_id, add, add ? member.properties : std::string_view{});
    });
    if (!read) throw DamagedPage("a stored page is damaged: " + read.error().describe());
  };
  if (at_hand != nullptr) {
    collect(at_hand->members_json, at_hand->action != contract::Action::kRemoveMembers);
    return sorter;
  }
  std::vector<std::pair<std::int64_t, bool>> pages;
  {
    // Later in this order counts: an add after the full load, a removal after an add.
    auto query = database.query(
        "SELECT ref, action FROM page WHERE session_ref = ?1 AND applied = 0 AND ref <= ?2 "
        "ORDER BY action, page_count",
        session.ref, session.last_page);
    while (query.next()) {
      const auto action = static_cast<contract::Action>(query.integer(1));
      pages.emplace_back(query.integer(0), action != contract::Action::kRemoveMembers);
    }
  }
  for (const auto& [ref, add] : pages) {
    const auto members = load_body(database, ref);
    if (!members) throw DamagedPage("a page's body is missing or damaged");
    collect(*members, add);
  }
  return sorter;
}

Unapplied count_unapplied(Database& database, const Session& session, const contract::CohortPage* at_hand) {
  if (at_hand != nullptr) {
    return {static_cast<std::int64_t>(at_hand->member_count), contract::is_full_load(at_hand->action)};
  }
  auto query = database.query(
      "SELECT coalesce(sum(members), 0), coalesce(min(action), 1) = 0 FROM page "
      "WHERE session_ref = ?1 AND applied = 0 AND ref <= ?2",
      session.ref, session.last_page);
  query.next();
  return {query.integer(0), query.integer(1) != 0};
}

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
