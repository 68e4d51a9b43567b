#include "mirror/numbering.hpp"

#include <algorithm>

namespace bellwether::mirror {

namespace {

using contract::Action;

std::uint32_t largest_total(const Progress& progress) {
  return std::ranges::max(progress.actions, {}, &ActionProgress::total).total;
}

bool totals_differ(const Progress& progress) {
  return std::ranges::any_of(progress.actions,
                             [largest = largest_total(progress)](const ActionProgress& action) {
                               return action.pages > 0 && action.total != largest;
                             });
}

bool has_all_of_run(const Progress& progress) {
  return progress.pages() > 0 && progress.pages() >= largest_total(progress);
}

bool is_complete_over_run(const Progress& progress) {
  const bool contradicted = progress.index_repeats || totals_differ(progress);
  return !contradicted && has_all_of_run(progress);
}

bool is_complete_by_action(const Progress& progress) {
  return progress.pages() > 0 && std::ranges::all_of(progress.actions, [](const ActionProgress& action) {
           return action.pages >= action.total;
         });
}

/// What earlier sessions have shown says that more pages come.
bool hint_expects_more(const Progress& progress, const NumberingRules& rules) {
  if (rules.hint != Numbering::kAction) return false;
  if (!is_complete_by_action(progress)) return shown_by(progress) != Numbering::kRun;
  return rules.expects_both_actions && !progress.has_all_actions();
}

}  // namespace

std::uint32_t Progress::pages() const {
  std::uint32_t sum = 0;
  for (const auto& action : actions) sum += action.pages;
  return sum;
}

bool Progress::has_all_actions() const {
  return has(Action::kMembers) || (has(Action::kAddMembers) && has(Action::kRemoveMembers));
}

void Progress::add(const contract::CohortPage& page, bool earlier_answered, bool index_taken) {
  in_run_order = in_run_order && earlier_answered && page.page_count == pages() + 1;
  index_repeats = index_repeats || index_taken;
  unnumbered = unnumbered || !page.is_numbered();
  ActionProgress& seen = of(page.action);
  ++seen.pages;
  seen.total = std::max(seen.total, page.total_pages);
}

Completeness judge_completeness(const Progress& progress, const NumberingRules& rules) {
  if (progress.unnumbered) return Completeness::kHeld;
  switch (rules.fixed) {
    case Numbering::kRun:
      return has_all_of_run(progress) ? Completeness::kComplete : Completeness::kIncomplete;
    case Numbering::kAction:
      return is_complete_by_action(progress) ? Completeness::kComplete : Completeness::kIncomplete;
    case Numbering::kUnknown:
      break;
  }
  if (!is_complete_over_run(progress) && !is_complete_by_action(progress)) return Completeness::kIncomplete;
  return hint_expects_more(progress, rules) ? Completeness::kHeld : Completeness::kComplete;
}

bool is_ambiguous(const Progress& progress, const NumberingRules& rules) {
  if (rules.fixed != Numbering::kUnknown || rules.hint == Numbering::kRun) return false;
  return is_complete_over_run(progress) && !is_complete_by_action(progress) &&
         shown_by(progress) == Numbering::kUnknown;
}

Numbering shown_by(const Progress& progress) {
  if (progress.unnumbered) return Numbering::kUnknown;
  const bool over_run = is_complete_over_run(progress);
  const bool by_action = is_complete_by_action(progress);
  if (by_action && !over_run) return Numbering::kAction;
  // Several actions under one count, in the order of that count, one page after the other: a sender that counts by
  // action would begin the second action with its page 1.
  const auto actions =
      std::ranges::count_if(progress.actions, [](const auto& action) { return action.pages > 0; });
  if (over_run && !by_action && actions > 1 && progress.in_run_order) return Numbering::kRun;
  return Numbering::kUnknown;
}

std::uint32_t expected_pages(const Progress& progress, const NumberingRules& rules) {
  std::uint32_t sum = 0;
  for (const auto& action : progress.actions) sum += action.total;
  if (rules.fixed == Numbering::kRun) return largest_total(progress);
  const bool contradicts_run = progress.index_repeats || totals_differ(progress);
  return rules.known() == Numbering::kAction || contradicts_run ? sum : largest_total(progress);
}

}  // namespace bellwether::mirror
