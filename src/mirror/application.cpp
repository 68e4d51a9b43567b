#include "mirror/application.hpp"

#include <fmt/format.h>

#include "mirror/member_rows.hpp"
#include "mirror/unapplied.hpp"

namespace bellwether::mirror {

namespace {

using storage::Database;

bool went_quiet_before(const Session& older, const Session& newer, const Options& options, Timestamp now) {
  return older.ref != newer.ref && !older.waiting && !older.held_until &&
         older.last_page < newer.first_page && now - older.last_page_at >= options.quiet;
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

}  // namespace bellwether::mirror
