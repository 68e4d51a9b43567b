#include "mirror/attempt.hpp"

#include <fmt/format.h>

namespace bellwether::mirror {

namespace {

using storage::Database;

using contract::is_full_load;

/// Whether a sender that begins the run again sends this page first.
bool is_first_page(Database& database, const Session& newest, const contract::CohortPage& page) {
  if (!page.is_numbered() || page.page_count != 1) return false;
  const auto first = find_first_page(database, newest.ref);
  return !first || is_full_load(first->action) != is_full_load(page.action) || page.action <= first->action;
}

/// Which pages of the attempt before belong to the one that this page begins. It began with the run's first page; what
/// came shortly before that may belong to it too, on another connection. Sure is only what came since the first page came
/// again, after all others had come once.
Inheritance inherited_from(Database& database, const Session& before, const contract::CohortPage& page,
                           Timestamp now) {
  Inheritance inheritance{
      .from = before.ref, .arrived_since = now + Millis(1), .surely_since = now + Millis(1)};
  if (is_over(before.state)) return inheritance;
  const auto first = find_first_page(database, before.ref);
  if (!page.is_numbered() || !first || is_first_page(database, before, page)) {
    inheritance.arrived_since = now - kSenderGivesUpAfter;
    return inheritance;
  }
  inheritance.arrived_since = first->arrived_at - kSenderGivesUpAfter;
  if (first->arrived_at > last_new_page_at(database, before.ref))
    inheritance.surely_since = first->arrived_at;
  return inheritance;
}

/// What the run's earlier attempt is from now on.
void end_attempt(Database& database, Session& before) {
  const bool settled = before.applied_at && !before.open;
  const bool stands_alone =
      before.open && before.state != SessionState::kReceiving && has_newer_open_session(database, before);
  if (settled || stands_alone || is_over(before.state)) return;
  before.state = SessionState::kRestarted;
  before.why = fmt::format("its run was begun again: attempt {}", before.attempt + 1);
  before.waiting = false;
  before.held_until.reset();
  save_session(database, before);
}

}  // namespace

ArrivalContext look_up_arrival(Database& database, const Session& newest, const contract::CohortPage& page,
                               Timestamp now) {
  ArrivalContext context;
  ArrivalFacts& facts = context.facts;
  context.stored = find_page(database, newest.ref, page);
  facts.is_over = is_over(newest.state);
  facts.is_closed = newest.applied_at && newest.progress.unnumbered;
  facts.is_known = context.stored.has_value();
  facts.is_same = facts.is_known && context.stored->is_same(page);
  const std::uint32_t total = newest.progress.of(page.action).total;
  facts.total_differs = page.is_numbered() && total != 0 && total != page.total_pages;
  facts.kind_differs = newest.progress.pages() > 0 &&
                       newest.progress.has(contract::Action::kMembers) != is_full_load(page.action);
  facts.since_last_page = now - newest.last_page_at;
  if (facts.is_same && !facts.is_over) return context;
  if (facts.is_known || facts.total_differs || facts.kind_differs) {
    facts.only_inherited =
        newest.attempt > 1 && !newest.applied_at && !contradicts_firmly(database, newest, page);
    facts.has_begun_again = newest.attempt > 1;
    facts.since_attempt_began = now - newest.first_page_at;
  }
  facts.is_first = facts.is_over && is_first_page(database, newest, page);
  return context;
}

bool may_count_over_run(const NumberingRules& rules) {
  return rules.known() != Numbering::kAction;
}

std::optional<Session> begin_attempt(Database& database, const NumberingRules& rules, Session& before,
                                     const contract::CohortPage& page, Timestamp now) {
  Session session = insert_session(database, before.cohort_ref, before.session_id, before.attempt + 1, now);
  Inheritance inheritance = inherited_from(database, before, page, now);
  inheritance.to = session.ref;
  inheritance.over_run = may_count_over_run(rules);
  if (!inherit_pages(database, inheritance, page)) {
    database.run("DELETE FROM session WHERE ref = ?1", session.ref);
    return std::nullopt;
  }
  recount_pages(database, session);
  session.has_bodies = session.progress.pages() > 0;
  save_session(database, session);
  end_attempt(database, before);
  return session;
}

}  // namespace bellwether::mirror
