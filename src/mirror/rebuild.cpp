#include "mirror/rebuild.hpp"

#include <algorithm>

namespace bellwether::mirror {

namespace {

using storage::Database;

/// Rows a transaction: some 30 ms, which an answer can wait.
constexpr std::size_t kRowsPerStep = 10'000;

}  // namespace

Rebuild::Rebuild(Database& database, const Session& session, const Options& options, Timestamp now)
    : application_(begin_application(database, session, options, now)),
      generation_(new_generation(database, session.cohort_ref)),
      batch_(database),
      members_(application_.cohort.generation),
      undo_(application_.cohort.generation) {
  for (auto& [ref, count] : application_.open_changes) count = 0;
}

bool Rebuild::needs_weighing() const {
  return !application_.rules.full && !application_.verdicts.empty();
}

void Rebuild::weigh_batch(Database& database, std::span<const SortedMention> mentions) {
  for (const SortedMention& mention : mentions) {
    const auto undo = relevant_undo(database, application_, mention.distinct_id);
    if (undo) evidence_[undo->session_ref].take(undo->change, mention.add);
  }
}

bool Rebuild::step(Database& database, std::span<const SortedMention> mentions) {
  std::size_t budget = kRowsPerStep;
  while (used_ < mentions.size() && budget > 0) {
    const SortedMention& mention = mentions[used_];
    merge_stored_before(database, &mention.distinct_id, budget);
    if (budget == 0) break;
    merge_one(database, mention.distinct_id, &mention);
    ++used_;
    --budget;
  }
  batch_.flush(database);
  if (used_ < mentions.size()) return false;
  used_ = 0;
  return true;
}

bool Rebuild::step_to_end(Database& database) {
  std::size_t budget = kRowsPerStep;
  merge_stored_before(database, nullptr, budget);
  batch_.flush(database);
  return budget > 0;
}

void Rebuild::finish(Database& database, const Options& options, Timestamp now) {
  application_.cohort.generation = generation_;
  conclude(database, application_, batch_, options, now);
}

std::optional<std::string> Rebuild::next_stored_id(Database& database) {
  const auto* member = members_.peek(database);
  const auto* undo = undo_.peek(database);
  if (member == nullptr && undo == nullptr) return std::nullopt;
  if (member == nullptr) return undo->first;
  if (undo == nullptr) return member->first;
  return std::min(member->first, undo->first);
}

void Rebuild::merge_stored_before(Database& database, const std::string* bound, std::size_t& budget) {
  while (budget > 0) {
    const auto id = next_stored_id(database);
    if (!id || (bound != nullptr && *id >= *bound)) return;
    merge_one(database, *id, nullptr);
    --budget;
  }
}

void Rebuild::merge_one(Database& database, const std::string& id, const SortedMention* mention) {
  std::optional<MemberState> current;
  if (const auto* member = members_.peek(database); member != nullptr && member->first == id) {
    current = member->second;
    members_.pop();
  }
  std::optional<Undo> undo;
  if (const auto* row = undo_.peek(database); row != nullptr && row->first == id) {
    undo = row->second;
    undo_.pop();
  }
  const Verdict verdict = undo ? application_.verdict_on(undo->session_ref) : Verdict::kOpen;
  const auto said = mention != nullptr ? std::optional(mention->mention()) : std::nullopt;
  const Resolution resolution = resolve(current, said, undo, verdict, application_.rules);
  if (resolution.state) save_member(database, generation_, id, *resolution.state);
  if (resolution.undo) {
    ++application_.open_changes[resolution.undo->session_ref];
    save_undo(database, generation_, id, *resolution.undo);
  }
  application_.count(database, batch_, id, resolution, current.has_value());
}

void rebuild_at_once(Database& database, const Session& session, const Options& options, Timestamp now) {
  MentionSorter mentions = collect_mentions(database, session, options);
  mentions.finish();
  Rebuild rebuild(database, session, options, now);
  if (rebuild.needs_weighing()) {
    rebuild.weigh_batch(database, mentions.next_batch(mentions.added()));
    rebuild.end_weighing();
    mentions.rewind();
  }
  const auto all = mentions.next_batch(mentions.added());
  while (!rebuild.step(database, all)) {
  }
  while (!rebuild.step_to_end(database)) {
  }
  rebuild.finish(database, options, now);
}

}  // namespace bellwether::mirror
