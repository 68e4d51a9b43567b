#include "mirror/mirror.hpp"

#include <algorithm>

#include "mirror/application.hpp"
#include "mirror/apply_in_place.hpp"
#include "mirror/attempt.hpp"
#include "mirror/conclusion.hpp"
#include "mirror/property_update.hpp"
#include "mirror/unapplied.hpp"

namespace bellwether::mirror {

namespace {

using storage::Database;

/// A full load is exact whatever became of its answers, so they need not be followed.
bool follows_answers(const contract::CohortPage& page) {
  return !contract::is_full_load(page.action);
}

void count_page(Session& session, std::int64_t page_ref, const contract::CohortPage& page, Timestamp now) {
  session.received += static_cast<std::int64_t>(page.member_count);
  session.skipped += static_cast<std::int64_t>(page.skipped.size());
  session.last_page = std::max(session.last_page, page_ref);
  if (session.first_page == 0) session.first_page = page_ref;
  session.last_page_at = now;
  session.state = SessionState::kReceiving;
  session.why.clear();
}

bool has_applied_parts(const Session& session) {
  return session.open && (session.state == SessionState::kApplied || session.state == SessionState::kInDoubt);
}

std::string_view why_held(const Session& session) {
  if (session.progress.unnumbered) {
    return "its pages are not numbered: it is complete when the next session begins, or 90 s after its last page";
  }
  if (session.carried > 0) {
    return "it was begun again, and may still send again what an earlier attempt sent: for 90 s, or until the next "
           "session begins";
  }
  return "all pages are here if they are counted over the run, but earlier sessions were counted by action: it waits "
         "90 s for more, or until the next session begins";
}

}  // namespace

/// A page on its way through `receive`.
struct Mirror::Incoming {
  Database& database;
  const contract::CohortPage& page;
  Timestamp now;
  Cohort cohort;
  Receipt receipt = {};
};

bool apply_small(Database& database, const Cohort& cohort, Session& session,
                 const contract::CohortPage* at_hand, const Options& options, Timestamp now) {
  if (is_over(session.state)) return apply_in_place(database, cohort, session, nullptr, options, now);
  const Unapplied unapplied = count_unapplied(database, session, at_hand);
  const auto most = static_cast<std::int64_t>(options.in_place_members);
  if (unapplied.members > most) return false;
  if (unapplied.full && cohort.size > most) return false;
  try {
    return apply_in_place(database, cohort, session, at_hand, options, now);
  } catch (const DamagedPage& damage) {  // pages are read before anything is written
    fail_damaged(database, session, damage);
    return true;
  }
}

Receipt Mirror::receive(Database& database, const contract::CohortPage& page, Timestamp now) const {
  Incoming incoming{database, page, now, touch_cohort(database, page, now)};
  auto session = find_session(database, incoming.cohort.ref, page.session_id);
  if (!session) {
    release_held_before(incoming);
    session = insert_session(database, incoming.cohort.ref, page.session_id, 1, now);
    take(incoming, *session);
    return std::move(incoming.receipt);
  }
  const ArrivalContext arrival = look_up_arrival(database, *session, page, now);
  switch (judge_arrival(arrival.facts)) {
    case Arrival::kAgain:
      take_again(incoming, *session, *arrival.stored);
      break;
    case Arrival::kReplacesInherited:
    case Arrival::kNew:
      take(incoming, *session);
      break;
    case Arrival::kNewAttempt:
      release_held_before(incoming);
      if (auto attempt =
              begin_attempt(database, numbering_rules(incoming.cohort, options_), *session, page, now)) {
        take(incoming, *attempt);
      } else {
        incoming.receipt.kind = Receipt::Kind::kRefused;
        incoming.receipt.refusal = "this run was begun again: send it again from its first page";
      }
      break;
    case Arrival::kTooEarly:
      incoming.receipt.kind = Receipt::Kind::kRefused;
      incoming.receipt.refusal =
          "this run was begun again less than 90 s ago with other pages than this one, which may be late: send it again";
      break;
    case Arrival::kLate:
      incoming.receipt.kind = Receipt::Kind::kRefused;
      incoming.receipt.refusal =
          "this run is over: a newer one has begun, it was silent for too long, or a stored page of it is damaged; it may "
          "begin again from its first page after 90 s";
      break;
  }
  return std::move(incoming.receipt);
}

void Mirror::take(Incoming& incoming, Session& session) const {
  auto& [database, page, now, cohort, receipt] = incoming;
  drop_inherited(incoming, session);
  const bool is_first = session.progress.pages() == 0;
  const bool earlier_answered =
      is_first || (session.progress.in_run_order && all_answers_delivered(database, session.ref));
  session.progress.add(page, earlier_answered,
                       !is_first && index_under_other_action(database, session.ref, page));
  const Completeness completeness = judge(cohort, session);
  const bool at_hand = is_first && completeness == Completeness::kComplete;
  const auto answer = follows_answers(page) ? Acknowledgement::kPending : Acknowledgement::kDelivered;
  const std::int64_t ref = insert_page(database, session.ref, page, answer, at_hand, now);
  if (follows_answers(page)) receipt.track_answer = AnswerRef{ref};
  if (session.first_page == 0) {
    cohort.newest_session = session.ref;
    save_newest_session(database, cohort);
  }
  session.has_bodies = session.has_bodies || !at_hand;
  count_page(session, ref, page, now);
  finish(incoming, session, completeness, at_hand ? &page : nullptr);
}

/// Of the pages that an earlier attempt has left, those go that the page at hand shows to be of the past.
void Mirror::drop_inherited(Incoming& incoming, Session& session) const {
  if (session.attempt == 1 || session.applied_at) return;
  const bool over_run = may_count_over_run(numbering_rules(incoming.cohort, options_));
  if (incoming.page.is_numbered()) drop_contradicted(incoming.database, session, incoming.page, over_run);
  recount_pages(incoming.database, session);
}

void Mirror::take_again(Incoming& incoming, Session& session, const StoredPage& stored) const {
  auto& [database, page, now, cohort, receipt] = incoming;
  receipt.kind = Receipt::Kind::kRepeated;
  const bool updates = stored.applied && stored.content && *stored.content != page.content &&
                       cohort.newest_session == session.ref;
  if (updates && has_waiting_session(database, cohort.ref)) {
    receipt.kind = Receipt::Kind::kRefused;
    receipt.refusal = "the cohort is being merged: send this page again in a moment";
    return;
  }
  const AnswerRef answer = expect_answer_again(database, stored, page, now);
  if (follows_answers(page)) {
    receipt.track_answer = answer;
  } else {
    set_answer(database, answer, Acknowledgement::kDelivered);
  }
  if (updates) update_properties(database, cohort, session, page, now);
  session.has_bodies = true;
  session.last_page_at = now;
  session.signs |= bit(Sign::kCameAgain);
  if (stored.inherited) drop_inherited(incoming, session);
  if (session.state == SessionState::kReceiving && !session.waiting) {
    return finish(incoming, session, judge(cohort, session), nullptr);
  }
  if (has_applied_parts(session)) return review_settlement(database, cohort, session, options_);
  save_session(database, session);
}

Completeness Mirror::judge(const Cohort& cohort, const Session& session) const {
  const Completeness completeness = judge_completeness(session.progress, numbering_rules(cohort, options_));
  const bool looks_whole = completeness == Completeness::kComplete && session.carried > 0;
  return looks_whole ? Completeness::kHeld : completeness;
}

void Mirror::finish(Incoming& incoming, Session& session, Completeness completeness,
                    const contract::CohortPage* at_hand) const {
  auto& [database, page, now, cohort, receipt] = incoming;
  session.held_until.reset();
  switch (completeness) {
    case Completeness::kIncomplete:
      save_session(database, session);
      return;
    case Completeness::kHeld:
      session.held_until = now + kSenderGivesUpAfter;
      session.why = why_held(session);
      save_session(database, session);
      return;
    case Completeness::kComplete:
      break;
  }
  if (const Numbering shown = shown_by(session.progress);
      shown != Numbering::kUnknown && shown != cohort.numbering) {
    cohort.numbering = shown;
    save_numbering(database, cohort);
  }
  if (cohort.newest_session != session.ref) session.signs |= bit(Sign::kOvertaken);
  const bool applied = apply_or_wait(database, cohort, session, at_hand, now);
  receipt.waiting = !applied;
  if (applied) receipt.applied = session;
  if (session.state == SessionState::kFailed) {
    receipt.kind = Receipt::Kind::kRefused;
    receipt.refusal =
        "a stored page of this run is damaged: send the run again, from its first page, after 90 s";
  }
}

/// True when it is applied; false when it waits.
bool Mirror::apply_or_wait(Database& database, const Cohort& cohort, Session& session,
                           const contract::CohortPage* at_hand, Timestamp now) const {
  // Sessions of a cohort are applied one after another. This one itself may be in the merger's hands, when it looked
  // complete before.
  const bool another_first = has_waiting_session(database, session.cohort_ref);
  session.held_until.reset();
  if (!another_first && apply_small(database, cohort, session, at_hand, options_, now)) return true;
  if (at_hand != nullptr) {
    keep_unapplied(database, session.last_page, *at_hand);
    session.has_bodies = true;
  }
  session.waiting = true;
  session.why = "all pages are here and wait to be merged";
  save_session(database, session);
  return false;
}

void Mirror::release(Database& database, Cohort& cohort, Session& session, Timestamp now) const {
  session.held_until.reset();
  session.signs |= bit(session.carried > 0 ? Sign::kCarried : Sign::kHeld);
  if (cohort.newest_session != session.ref) session.signs |= bit(Sign::kOvertaken);
  // The pages that its cohort's numbering would have asked for did not come.
  if (!session.progress.unnumbered && session.carried == 0 && cohort.numbering != Numbering::kUnknown) {
    cohort.numbering = Numbering::kUnknown;
    save_numbering(database, cohort);
  }
  apply_or_wait(database, cohort, session, nullptr, now);
}

/// A session begins: nothing more is on its way to those before it.
void Mirror::release_held_before(Incoming& incoming) const {
  for (Session& held : load_held_sessions(incoming.database, incoming.cohort.ref)) {
    if (held.session_id == incoming.page.session_id) continue;
    release(incoming.database, incoming.cohort, held, incoming.now);
    incoming.cohort = load_cohort(incoming.database, incoming.cohort.ref);
  }
}

bool Mirror::release_held_sessions(Database& database, Timestamp now, std::size_t most) const {
  std::vector<Session> held = load_sessions_held_until(database, now, most);
  bool any_waits = false;
  for (Session& session : held) {
    Cohort cohort = load_cohort(database, session.cohort_ref);
    release(database, cohort, session, now);
    any_waits = any_waits || session.waiting;
  }
  return any_waits || held.size() == most;
}

void Mirror::on_acknowledgement(Database& database, const AnswerRef& ref, Acknowledgement answer) const {
  const auto session_ref = set_answer(database, ref, answer);
  const bool settles = options_.doubt == DoubtMode::kConnection;
  if (!session_ref || (answer == Acknowledgement::kDelivered && !settles)) return;
  Session session = load_session(database, *session_ref);
  if (answer == Acknowledgement::kLost) session.signs |= bit(Sign::kLost);
  if (!has_applied_parts(session)) return save_session(database, session);
  review_settlement(database, load_cohort(database, session.cohort_ref), session, options_);
}

void Mirror::recover(Database& database) const {
  database.run(
      "UPDATE session SET signs = signs | ?1 WHERE ref IN (SELECT session_ref FROM page WHERE answer = 0 "
      "AND answer <> 1) AND (open = 1 OR state = 'receiving')",
      std::int64_t{bit(Sign::kCutOff)});
  database.run("UPDATE page SET answer = 3 WHERE answer = 0 AND answer <> 1");
  std::vector<std::int64_t> open;
  {
    auto query =
        database.query("SELECT ref FROM session WHERE open = 1 AND state IN ('applied', 'in_doubt')");
    while (query.next()) open.push_back(query.integer(0));
  }
  for (const std::int64_t ref : open) {
    Session session = load_session(database, ref);
    review_settlement(database, load_cohort(database, session.cohort_ref), session, options_);
  }
}

bool Mirror::expire_stale_sessions(Database& database, Timestamp now, std::size_t most) const {
  const Millis quiet = std::max(options_.quiet, kSenderGivesUpAfter);
  std::vector<std::pair<std::int64_t, bool>> found;
  {
    auto query = database.query(
        "SELECT old.ref, EXISTS (SELECT 1 FROM session AS newer WHERE newer.cohort_ref = old.cohort_ref "
        "AND newer.first_page > old.last_page) AS overtaken FROM session AS old "
        "WHERE old.waiting = 0 AND old.held_until IS NULL AND ((old.state = 'receiving' "
        "AND (old.last_page_at <= ?1 OR (overtaken AND old.last_page_at <= ?2))) "
        "OR (old.state = 'restarted' AND old.open = 1 AND old.last_page_at <= ?1)) ORDER BY old.ref LIMIT ?3",
        to_unix_ms(now - options_.expire_after), to_unix_ms(now - quiet), most);
    while (query.next()) found.emplace_back(query.integer(0), query.integer(1) != 0);
  }
  for (const auto& [ref, overtaken] : found) {
    Session session = load_session(database, ref);
    if (session.state == SessionState::kRestarted) {
      give_up(database, session, session.state, session.why, now);
      continue;
    }
    const Cohort cohort = load_cohort(database, session.cohort_ref);
    const std::string pages = pages_came(session, numbering_rules(cohort, options_));
    if (overtaken) {
      give_up(database, session, SessionState::kFailed, pages + "; a newer session began after it went quiet",
              now);
    } else {
      give_up(database, session, SessionState::kExpired, pages + ", and nothing followed", now);
    }
  }
  return found.size() == most;
}

/// Ends a session that was never completed. What was applied of it is taken back.
void Mirror::give_up(Database& database, Session& session, SessionState state, std::string why,
                     Timestamp now) const {
  session.state = state;
  session.why = std::move(why);
  const bool another_first = has_waiting_session(database, session.cohort_ref);
  session.waiting = session.open;
  save_session(database, session);
  if (!session.open || another_first) return;
  apply_small(database, load_cohort(database, session.cohort_ref), session, nullptr, options_, now);
}

}  // namespace bellwether::mirror
