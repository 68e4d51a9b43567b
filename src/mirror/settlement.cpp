#include "mirror/settlement.hpp"

#include <fmt/format.h>

namespace bellwether::mirror {

Settlement assess(const SettlementFacts& facts) {
  using Kind = Settlement::Kind;
  const bool adds = facts.progress.has(contract::Action::kAddMembers);
  const bool removes = facts.progress.has(contract::Action::kRemoveMembers);
  if (!is_complete(facts.progress, facts.numbering)) {
    return {Kind::kInDoubt, "a part of it is applied, but pages are missing"};
  }
  if (facts.answers_lost > 0) {
    return {Kind::kInDoubt,
            fmt::format("the answer to {} of its pages could not be delivered", facts.answers_lost)};
  }
  if (facts.answers_cut_off > 0) {
    return {Kind::kInDoubt,
            fmt::format("the subscriber stopped before {} of its answers were known to be delivered",
                        facts.answers_cut_off)};
  }
  if (facts.mode == DoubtMode::kAlways) return {Kind::kInDoubt, "the configuration says doubt = \"always\""};
  if (is_ambiguous(facts.progress, facts.numbering)) {
    return {Kind::kInDoubt,
            "its pages came out of order, and it is not known yet how this project numbers them"};
  }
  // Only numbering over the run tells, by its total, that a session with one action is whole.
  const bool total_tells = !facts.expects_both_actions && facts.numbering == Numbering::kRun;
  if (adds != removes && !total_tells) {
    return {Kind::kInDoubt, adds ? "only add_members came, remove_members did not"
                                 : "only remove_members came, add_members did not"};
  }
  if (facts.answers_pending > 0) return {Kind::kAwaiting, "answers are on their way"};
  return {Kind::kSettled, ""};
}

}  // namespace bellwether::mirror
