#include "mirror/application.hpp"

#include <algorithm>

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
  return older.ref != newer.ref && !older.waiting && older.last_page < newer.first_page &&
         now - older.last_page_at >= options.quiet;
}

void conclude_other(Database& database, Application& application, Session& other, Numbering numbering) {
  const bool failed = std::ranges::find(application.failed, other.ref) != application.failed.end();
  const std::string& by = application.session.session_id;
  if (failed) {
    settle(database, other, SessionState::kFailed,
           fmt::format("{}; session {} began after it went quiet", pages_came(other, numbering), by));
    return;
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
      break;
  }
  other.open_changes = application.open_changes[other.ref];
  if (other.open_changes == 0) {
    return settle(database, other, SessionState::kApplied,
                  "each of its changes was settled by a later session");
  }
  save_session(database, other);
}

void conclude_others(Database& database, Application& application) {
  const Numbering numbering = load_numbering(database, application.cohort.project_id);
  for (const auto& [ref, verdict] : application.verdicts) {
    if (ref == application.session.ref) continue;
    Session other = load_session(database, ref);
    // The sender's answers may have settled it while a long merge was under way.
    if (other.open) conclude_other(database, application, other, numbering);
  }
  for (const std::int64_t ref : application.failed) {
    Session other = load_session(database, ref);
    if (!is_over(other.state)) conclude_other(database, application, other, numbering);
  }
}

void drop_bodies_if_few(Database& database, Session& session) {
  constexpr std::int64_t kPagesAtOnce = 8;
  if (session.progress.pages() > kPagesAtOnce) return;
  database.run("DELETE FROM page_body WHERE page_ref IN (SELECT ref FROM page WHERE session_ref = ?1)",
               session.ref);
  session.has_bodies = false;
}

/// Marks what was applied; true when more pages came meanwhile.
bool mark_applied(Database& database, const Session& applied) {
  database.run("UPDATE page SET applied = 1 WHERE session_ref = ?1 AND applied = 0 AND ref <= ?2",
               applied.ref, applied.last_page);
  auto more =
      database.query("SELECT 1 FROM page WHERE session_ref = ?1 AND applied = 0 LIMIT 1", applied.ref);
  return more.next();
}

void conclude_applied(Database& database, Application& application, const Options& options, Timestamp now) {
  // A page may have come, been answered or repeated meanwhile: the row knows better than our copy.
  Session session = load_session(database, application.session.ref);
  const bool more_came = mark_applied(database, application.session);
  session.applied_at = now;
  session.entered += application.entered;
  session.left += application.left;
  session.updated += application.updated;
  session.open_changes = application.rules.full ? 0 : application.open_changes[session.ref];
  session.open = session.open_changes > 0;
  if (more_came) {
    session.waiting = is_complete(session.progress, load_numbering(database, application.cohort.project_id));
    session.state = SessionState::kReceiving;
    save_session(database, session);
  } else {
    session.waiting = false;
    session.why.clear();
    session.state = SessionState::kApplied;
    drop_bodies_if_few(database, session);
    review_settlement(database, session, options);
  }
  application.session = session;
}

}  // namespace

std::string pages_came(const Session& session, Numbering numbering) {
  return fmt::format("{} of {} pages came", session.progress.pages(), session.progress.expected(numbering));
}

Verdict Application::verdict_on(std::int64_t session_ref) const {
  const auto found = verdicts.find(session_ref);
  if (found == verdicts.end()) return Verdict::kConfirmed;
  return found->second == Verdict::kRefuted && !reverts ? Verdict::kConfirmed : found->second;
}

void Application::count(Database& database, feed::BatchWriter& batch, std::string_view id,
                        const Resolution& resolution, bool was_member) {
  size_delta += (resolution.state ? 1 : 0) - (was_member ? 1 : 0);
  if (!resolution.change) return;
  batch.add(database, *resolution.change, id);
  switch (*resolution.change) {
    case feed::Kind::kEntered:
      ++entered;
      break;
    case feed::Kind::kLeft:
      ++left;
      break;
    default:
      ++updated;
      break;
  }
}

Application begin_application(Database& database, const Session& session, const Options& options,
                              Timestamp now) {
  Application application;
  application.session = session;
  application.cohort = load_cohort(database, session.cohort_ref);
  application.reverting = is_over(session.state);
  application.rules.session_ref = session.ref;
  application.rules.now = to_unix_ms(now);
  application.reverts = options.reverts;
  for (const Session& open : load_open_sessions(database, session.cohort_ref)) {
    application.verdicts[open.ref] = Verdict::kOpen;
    application.open_changes[open.ref] = open.open_changes;
  }
  if (application.reverting) {
    application.verdicts[session.ref] = Verdict::kRefuted;
    return application;
  }
  application.rules.full = count_unapplied(database, session).full;
  for (const Session& older : load_receiving_sessions(database, session.cohort_ref)) {
    if (!went_quiet_before(older, session, options, now)) continue;
    application.failed.push_back(older.ref);
    if (older.open) application.verdicts[older.ref] = Verdict::kRefuted;
  }
  return application;
}

std::optional<Undo> relevant_undo(Database& database, const Application& application, std::string_view id) {
  if (application.verdicts.empty()) return std::nullopt;
  auto undo = load_undo(database, application.cohort.generation, id);
  if (undo && !application.verdicts.contains(undo->session_ref)) return std::nullopt;
  return undo;
}

void weigh(Application& application, const std::map<std::int64_t, Evidence>& evidence) {
  for (const auto& [ref, found] : evidence) {
    const auto verdict = application.verdicts.find(ref);
    const bool undecided = verdict != application.verdicts.end() && verdict->second == Verdict::kOpen;
    if (undecided && ref != application.session.ref) verdict->second = judge(found);
  }
}

MentionSorter collect_mentions(Database& database, const Session& session, const Options& options) {
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
  MentionSorter sorter(options.spill_dir, options.sort_bytes);
  contract::MemberReader reader;
  for (const auto& [ref, add] : pages) {
    auto query = database.query("SELECT members FROM page_body WHERE page_ref = ?1", ref);
    if (!query.next())
      throw storage::StorageError(storage::StorageError::Kind::kOther, "a page's body is missing");
    const auto read = reader.read(query.text(0), [&sorter, add](const contract::Member& member) {
      sorter.add(member.distinct_id, add, add ? member.properties : std::string_view{});
    });
    if (!read)
      throw storage::StorageError(storage::StorageError::Kind::kOther,
                                  "a stored page is damaged: " + read.error().describe());
  }
  return sorter;
}

Unapplied count_unapplied(Database& database, const Session& session) {
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
  application.cohort.size += application.size_delta;
  save_cohort(database, application.cohort, now);
  feed::publish(database, batch,
                {application.cohort.project_id, application.cohort.cohort_id, application.session.session_id},
                now);
  if (application.reverting) {
    Session session = load_session(database, application.session.ref);
    session.waiting = false;
    settle(database, session, session.state, session.why);
    application.session = session;
  } else {
    conclude_applied(database, application, options, now);
  }
  conclude_others(database, application);
}

void review_settlement(Database& database, Session& session, const Options& options) {
  if (!session.open) return save_session(database, session);
  const Cohort cohort = load_cohort(database, session.cohort_ref);
  SettlementFacts facts{.mode = options.doubt,
                        .expects_both_actions = options.expects_both_actions,
                        .progress = session.progress,
                        .numbering = load_numbering(database, cohort.project_id)};
  count_answers(database, session.ref, facts);
  const Settlement settlement = assess(facts);
  switch (settlement.kind) {
    case Settlement::Kind::kSettled:
      return settle(database, session, SessionState::kApplied, "");
    case Settlement::Kind::kAwaiting:
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
