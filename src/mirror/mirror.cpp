#include "mirror/mirror.hpp"

#include <algorithm>

#include "mirror/application.hpp"
#include "mirror/apply_in_place.hpp"
#include "mirror/rebuild.hpp"

namespace bellwether::mirror {

namespace {

using storage::Database;

/// A session that another has begun behind is looked at when it has been silent for this long: a sender
/// retries for 60 s (contract), so nothing of it is on its way any more.
constexpr Millis kSenderGivesUpAfter = std::chrono::seconds(90);

void store_page(Session& session, std::int64_t page_ref, const contract::CohortPage& page,
                bool earlier_answered, Timestamp now) {
  session.progress.add(page.action, page.page_count, page.total_pages, earlier_answered);
  session.received += static_cast<std::int64_t>(page.member_count);
  session.last_page = page_ref;
  if (session.first_page == 0) session.first_page = page_ref;
  session.last_page_at = now;
  session.has_bodies = true;
  session.state = SessionState::kReceiving;
  session.why.clear();
}

/// A full load is exact whatever became of its answers, so they need not be followed.
bool follows_answers(const contract::CohortPage& page) {
  return page.action != contract::Action::kMembers;
}

}  // namespace

bool apply_small(Database& database, const Session& session, const Options& options, Timestamp now) {
  if (is_over(session.state)) return apply_in_place(database, session, options, now);
  const Unapplied unapplied = count_unapplied(database, session);
  const auto most = static_cast<std::int64_t>(options.in_place_members);
  if (unapplied.members > most) return false;
  if (!unapplied.full) return apply_in_place(database, session, options, now);
  if (load_cohort(database, session.cohort_ref).size > most) return false;
  rebuild_at_once(database, session, options, now);
  return true;
}

Receipt Mirror::receive(Database& database, const contract::CohortPage& page, Timestamp now) const {
  const Cohort cohort = touch_cohort(database, page, now);
  auto found = find_session(database, cohort.ref, page.session_id);
  Session session = found ? std::move(*found) : insert_session(database, cohort.ref, page.session_id, now);
  Receipt receipt;
  receipt.session_ref = session.ref;
  if (is_over(session.state)) {
    receipt.kind = Receipt::Kind::kIgnored;
    return receipt;
  }
  const bool earlier_answered = all_answers_delivered(database, session.ref);
  const Acknowledgement acknowledgement =
      follows_answers(page) ? Acknowledgement::kPending : Acknowledgement::kDelivered;
  const auto page_ref = insert_page(database, session.ref, page, acknowledgement, now);
  if (!page_ref) {
    receipt.kind = Receipt::Kind::kRepeated;
    if (follows_answers(page)) {
      receipt.track_answer = expect_answer_again(database, session.ref, page.action, page.page_count);
    }
    return receipt;
  }
  if (follows_answers(page)) receipt.track_answer = AnswerRef{*page_ref};
  store_page(session, *page_ref, page, earlier_answered, now);
  const Numbering numbering = learn_numbering(database, session, page);
  if (is_complete(session.progress, numbering)) {
    receipt.applied = complete_session(database, session, now);
    receipt.waiting = !receipt.applied;
  } else {
    save_session(database, session);
  }
  return receipt;
}

Numbering Mirror::learn_numbering(Database& database, const Session& session,
                                  const contract::CohortPage& page) const {
  if (options_.numbering != Numbering::kUnknown) {
    const bool known = load_numbering(database, page.project_id) == options_.numbering;
    if (!known) remember_numbering(database, page.project_id, options_.numbering);
    return options_.numbering;
  }
  const Numbering known = load_numbering(database, page.project_id);
  const bool clash = index_under_other_action(database, session.ref, page);
  const Numbering learnt = recognise(session.progress, known, clash);
  if (learnt != known) remember_numbering(database, page.project_id, learnt);
  return learnt;
}

/// True when it is applied; false when it waits.
bool Mirror::complete_session(Database& database, Session& session, Timestamp now) const {
  // Sessions of a cohort are applied one after another. This one itself may be in the merger's hands, when it
  // looked complete before.
  const bool another_first = has_waiting_session(database, session.cohort_ref);
  session.waiting = true;
  session.why = "all pages are here and wait to be merged";
  save_session(database, session);
  if (another_first) return false;
  return apply_small(database, session, options_, now);
}

void Mirror::on_acknowledgement(Database& database, const AnswerRef& ref, Acknowledgement answer) const {
  const auto session_ref = set_answer(database, ref, answer);
  if (!session_ref) return;
  Session session = load_session(database, *session_ref);
  const bool stands = session.state == SessionState::kApplied || session.state == SessionState::kInDoubt;
  if (session.open && stands) review_settlement(database, session, options_);
}

void Mirror::recover(Database& database) const {
  database.run("UPDATE page SET answer = 3 WHERE answer = 0 AND answer <> 1");
  std::vector<std::int64_t> open;
  {
    auto query =
        database.query("SELECT ref FROM session WHERE open = 1 AND state IN ('applied', 'in_doubt')");
    while (query.next()) open.push_back(query.integer(0));
  }
  for (const std::int64_t ref : open) {
    Session session = load_session(database, ref);
    review_settlement(database, session, options_);
  }
}

bool Mirror::expire_stale_sessions(Database& database, Timestamp now, std::size_t most) const {
  const Millis quiet = std::max(options_.quiet, kSenderGivesUpAfter);
  std::vector<std::pair<std::int64_t, bool>> found;
  {
    auto query = database.query(
        "SELECT old.ref, EXISTS (SELECT 1 FROM session AS newer WHERE newer.cohort_ref = old.cohort_ref "
        "AND newer.first_page > old.last_page) AS overtaken FROM session AS old "
        "WHERE old.state = 'receiving' AND old.waiting = 0 AND (old.last_page_at <= ?1 OR (overtaken "
        "AND old.last_page_at <= ?2)) ORDER BY old.ref LIMIT ?3",
        to_unix_ms(now - options_.expire_after), to_unix_ms(now - quiet), most);
    while (query.next()) found.emplace_back(query.integer(0), query.integer(1) != 0);
  }
  for (const auto& [ref, overtaken] : found) {
    Session session = load_session(database, ref);
    const Numbering numbering =
        load_numbering(database, load_cohort(database, session.cohort_ref).project_id);
    const std::string pages = pages_came(session, numbering);
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
  apply_small(database, session, options_, now);
}

}  // namespace bellwether::mirror
