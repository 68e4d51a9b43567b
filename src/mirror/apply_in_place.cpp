#include "mirror/apply_in_place.hpp"

#include <map>
#include <unordered_set>
#include <utility>

#include "mirror/conclusion.hpp"
#include "mirror/member_rows.hpp"
#include "mirror/unapplied.hpp"

namespace bellwether::mirror {

namespace {

using storage::Database;

/// What is to be resolved of one member.
struct Touched {
  std::optional<MemberState> current;
  std::optional<SortedMention> mention;
  std::optional<Undo> undo;
};

/// In order of the distinct id, so that the feed is.
using TouchedMembers = std::map<std::string, Touched, std::less<>>;

TouchedMembers mentioned_members(Database& database, const Application& application, const Options& options) {
  TouchedMembers touched;
  if (application.reverting) return touched;
  MentionSorter mentions = collect_mentions(database, application.session, application.at_hand, options);
  mentions.finish();
  SortedMention mention;
  while (mentions.next(mention)) {
    Touched& member = touched.emplace_hint(touched.end(), mention.distinct_id, Touched{})->second;
    member.mention = std::move(mention);
  }
  return touched;
}

/// Whose state an unsettled session changed: most mentions are of others, and need not be looked up. No value when there
/// are too many to be worth it.
std::optional<std::unordered_set<std::string>> changed_ids(Database& database, const Application& application,
                                                           std::size_t mentions) {
  constexpr std::int64_t kWorthIt = 8;
  std::int64_t changes = 0;
  for (const auto& [ref, count] : application.open_changes) changes += count;
  if (changes > kWorthIt * static_cast<std::int64_t>(mentions)) return std::nullopt;
  std::unordered_set<std::string> ids;
  for (const auto& [ref, verdict] : application.verdicts) {
    for_each_undo_id(database, application.cohort.generation, ref,
                     [&ids](std::string_view id) { ids.emplace(id); });
  }
  return ids;
}

/// What is known of those who are mentioned.
void look_up_mentioned(Database& database, const Application& application, TouchedMembers& touched) {
  const auto changed = changed_ids(database, application, touched.size());
  for (auto& [id, member] : touched) {
    member.current = load_member(database, application.cohort.generation, id);
    if (!changed || changed->contains(id)) member.undo = relevant_undo(database, application, id);
  }
}

/// A full load is about everybody who is in the cohort.
void touch_everybody(Database& database, const Application& application, TouchedMembers& touched) {
  MemberCursor members(application.cohort.generation);
  auto at = touched.begin();
  for (const auto* row = members.peek(database); row != nullptr;
       members.pop(), row = members.peek(database)) {
    while (at != touched.end() && at->first < row->first) ++at;
    if (at == touched.end() || at->first != row->first) at = touched.emplace_hint(at, row->first, Touched{});
    at->second.current = row->second;
  }
}

void weigh_mentions(Application& application, const TouchedMembers& touched) {
  std::map<std::int64_t, Evidence> evidence;
  for (const auto& [id, member] : touched)
    weigh_mention(application, evidence, member.current, member.mention->mention(), member.undo);
  weigh(application, evidence);
}

std::int64_t refuted_changes(const Application& application) {
  std::int64_t sum = 0;
  for (const auto& [ref, verdict] : application.verdicts) {
    if (verdict == Verdict::kRefuted) sum += application.open_changes.at(ref);
  }
  return sum;
}

/// Adds what refuted sessions changed and nobody mentions.
void touch_refuted(Database& database, const Application& application, TouchedMembers& touched) {
  const std::int64_t generation = application.cohort.generation;
  for (const auto& [ref, verdict] : application.verdicts) {
    if (verdict != Verdict::kRefuted) continue;
    for (auto& [id, undo] : load_undo_of_session(database, generation, ref)) {
      const auto [member, is_new] = touched.try_emplace(id);
      if (!is_new) continue;  // mentioned: it has its undo
      fold_below(database, application, undo);
      member->second.undo = std::move(undo);
      member->second.current = load_member(database, generation, id);
    }
  }
}

void save_outcome(Database& database, std::int64_t generation, const std::string& id, const Touched& member,
                  const Resolution& resolution) {
  if (resolution.state_differs) {
    resolution.state ? save_member(database, generation, id, *resolution.state)
                     : erase_member(database, generation, id);
  }
  if (resolution.undo) {
    save_undo(database, generation, id, *resolution.undo);
  } else if (member.undo) {
    erase_undo(database, generation, id);
  }
}

void apply_member(Database& database, Application& application, feed::BatchWriter& batch,
                  const std::string& id, const Touched& member) {
  const auto mention = member.mention ? std::optional(member.mention->mention()) : std::nullopt;
  const Verdict verdict = member.undo ? application.verdict_on(member.undo->session_ref) : Verdict::kOpen;
  const Resolution resolution = resolve(member.current, mention, member.undo, verdict, application.rules);
  if (member.undo) --application.open_changes[member.undo->session_ref];
  if (resolution.undo) ++application.open_changes[resolution.undo->session_ref];
  save_outcome(database, application.cohort.generation, id, member, resolution);
  application.count(database, batch, id, resolution, member.current, mention);
}

}  // namespace

bool apply_in_place(Database& database, const Cohort& cohort, Session& session,
                    const contract::CohortPage* at_hand, const Options& options, Timestamp now) {
  Application application = begin_application(database, cohort, session, at_hand, options, now);
  TouchedMembers touched = mentioned_members(database, application, options);
  if (application.rules.full) {
    touch_everybody(database, application, touched);
  } else {
    look_up_mentioned(database, application, touched);
    weigh_mentions(application, touched);
    const auto size = static_cast<std::int64_t>(touched.size()) + refuted_changes(application);
    if (size > static_cast<std::int64_t>(options.in_place_members)) return false;
    touch_refuted(database, application, touched);
  }
  feed::BatchWriter batch(database);
  for (const auto& [id, member] : touched) apply_member(database, application, batch, id, member);
  conclude(database, application, batch, options, now);
  session = std::move(application.session);
  return true;
}

}  // namespace bellwether::mirror
