#include "mirror/rebuild.hpp"

#include <algorithm>

#include "mirror/conclusion.hpp"

namespace bellwether::mirror {

namespace {

using storage::Database;

/// Rows a transaction: some 30 ms, which an answer can wait.
constexpr std::size_t kRowsPerStep = 10'000;

}  // namespace

Rebuild::Rebuild(Database& database, Application application)
    : application_(std::move(application)),
      generation_(new_generation(database, application_.cohort.ref)),
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
    const auto current = load_member(database, application_.cohort.generation, mention.distinct_id);
    const auto undo = relevant_undo(database, application_, mention.distinct_id);
    weigh_mention(application_, evidence_, current, mention.mention(), undo);
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
  // Pages may have come, been answered or repeated meanwhile: the row knows better than our copy.
  const bool was_over = is_over(application_.session.state);
  application_.session = load_session(database, application_.session.ref);
  if (is_over(application_.session.state) && !was_over) return;
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
    if (application_.verdicts.contains(undo->session_ref)) {
      fold_below(database, application_, *undo);
    } else {
      undo.reset();  // of a session that is settled
    }
  }
  const Verdict verdict = undo ? application_.verdict_on(undo->session_ref) : Verdict::kOpen;
  const auto said = mention != nullptr ? std::optional(mention->mention()) : std::nullopt;
  const Resolution resolution = resolve(current, said, undo, verdict, application_.rules);
  if (resolution.state) save_member(database, generation_, id, *resolution.state);
  if (resolution.undo) {
    ++application_.open_changes[resolution.undo->session_ref];
    save_undo(database, generation_, id, *resolution.undo);
  }
  application_.count(database, batch_, id, resolution, current, said);
}

}  // namespace bellwether::mirror
