#include "mirror/apply_in_place.hpp"

#include <map>
#include <utility>

#include "mirror/member_rows.hpp"

namespace bellwether::mirror {

namespace {

using storage::Database;

/// What is to be resolved of one member.
struct Touched {
  std::optional<SortedMention> mention;
  std::optional<Undo> undo;
};

/// In order of the distinct id, so that the feed is.
using TouchedMembers = std::map<std::string, Touched>;

TouchedMembers touch_mentioned(Database& database, const Application& application, const Options& options) {
  TouchedMembers touched;
  if (application.reverting) return touched;
  MentionSorter mentions = collect_mentions(database, application.session, options);
  mentions.finish();
  SortedMention mention;
  while (mentions.next(mention)) {
    Touched& member = touched.emplace_hint(touched.end(), mention.distinct_id, Touched{})->second;
    member.undo = relevant_undo(database, application, mention.distinct_id);
    member.mention = std::move(mention);
  }
  return touched;
}

void weigh_mentions(Application& application, const TouchedMembers& touched) {
  std::map<std::int64_t, Evidence> evidence;
  for (const auto& [id, member] : touched) {
    if (member.undo) evidence[member.undo->session_ref].take(member.undo->change, member.mention->add);
  }
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
  for (const auto& [ref, verdict] : application.verdicts) {
    if (verdict != Verdict::kRefuted) continue;
    for (auto& [id, undo] : load_undo_of_session(database, application.cohort.generation, ref)) {
      touched[id].undo = std::move(undo);
    }
  }
}

void apply_member(Database& database, Application& application, feed::BatchWriter& batch,
                  const std::string& id, const Touched& member) {
  const std::int64_t generation = application.cohort.generation;
  const auto current = load_member(database, generation, id);
  const auto mention = member.mention ? std::optional(member.mention->mention()) : std::nullopt;
  const Verdict verdict = member.undo ? application.verdict_on(member.undo->session_ref) : Verdict::kOpen;
  const Resolution resolution = resolve(current, mention, member.undo, verdict, application.rules);
  if (resolution.state_differs) {
    resolution.state ? save_member(database, generation, id, *resolution.state)
                     : erase_member(database, generation, id);
  }
  if (member.undo) --application.open_changes[member.undo->session_ref];
  if (resolution.undo) {
    ++application.open_changes[resolution.undo->session_ref];
    save_undo(database, generation, id, *resolution.undo);
  } else if (member.undo) {
    erase_undo(database, generation, id);
  }
  application.count(database, batch, id, resolution, current.has_value());
}

}  // namespace

bool apply_in_place(Database& database, const Session& session, const Options& options, Timestamp now) {
  Application application = begin_application(database, session, options, now);
  TouchedMembers touched = touch_mentioned(database, application, options);
  weigh_mentions(application, touched);
  const auto size = static_cast<std::int64_t>(touched.size()) + refuted_changes(application);
  if (application.rules.full || size > static_cast<std::int64_t>(options.in_place_members)) return false;
  touch_refuted(database, application, touched);
  feed::BatchWriter batch(database);
  for (const auto& [id, member] : touched) apply_member(database, application, batch, id, member);
  conclude(database, application, batch, options, now);
  return true;
}

}  // namespace bellwether::mirror
