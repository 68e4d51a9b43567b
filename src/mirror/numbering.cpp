#include "mirror/numbering.hpp"

#include <algorithm>

namespace bellwether::mirror {

namespace {

bool complete_by_run(const Progress& progress) {
  std::uint32_t total = 0;
  for (const auto& action : progress.actions) total = std::max(total, action.total);
  return total > 0 && progress.pages() >= total;
}

bool complete_by_action(const Progress& progress) {
  return progress.pages() > 0 && std::ranges::all_of(progress.actions, [](const ActionProgress& action) {
           return action.pages >= action.total;
         });
}

std::ptrdiff_t actions_seen(const Progress& progress) {
  return std::ranges::count_if(progress.actions,
                               [](const ActionProgress& action) { return action.pages > 0; });
}

bool totals_differ(const Progress& progress) {
  std::uint32_t total = 0;
  for (const auto& action : progress.actions) {
    if (action.pages == 0) continue;
    if (total != 0 && action.total != total) return true;
    total = action.total;
  }
  return false;
}

}  // namespace

std::uint32_t Progress::pages() const {
  std::uint32_t sum = 0;
  for (const auto& action : actions) sum += action.pages;
  return sum;
}

std::uint32_t Progress::expected(Numbering numbering) const {
  std::uint32_t sum = 0;
  std::uint32_t most = 0;
  for (const auto& action : actions) {
    sum += action.total;
    most = std::max(most, action.total);
  }
  return numbering == Numbering::kAction ? sum : most;
}

void Progress::add(contract::Action action, std::uint32_t page_count, std::uint32_t total_pages,
                   bool earlier_answered) {
  in_run_order = in_run_order && earlier_answered && page_count == pages() + 1;
  ActionProgress& seen = of(action);
  ++seen.pages;
  seen.total = std::max(seen.total, total_pages);
}

Numbering recognise(const Progress& progress, Numbering known, bool index_under_two_actions) {
  if (index_under_two_actions || totals_differ(progress)) return Numbering::kAction;
  if (known != Numbering::kUnknown) return known;
  const bool by_run_alone = complete_by_run(progress) && !complete_by_action(progress);
  // Several actions under one count, in the order of that count, one page after the other: a sender that
  // counts by action would begin the second action with its page 1.
  if (by_run_alone && actions_seen(progress) > 1 && progress.in_run_order) return Numbering::kRun;
  return Numbering::kUnknown;
}

bool is_complete(const Progress& progress, Numbering numbering) {
  return numbering == Numbering::kAction ? complete_by_action(progress) : complete_by_run(progress);
}

bool is_ambiguous(const Progress& progress, Numbering numbering) {
  return numbering == Numbering::kUnknown && complete_by_run(progress) && !complete_by_action(progress);
}

}  // namespace bellwether::mirror
