#include "mirror/settlement.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace bellwether::mirror {

namespace {

using Kind = Settlement::Kind;

constexpr std::array kReasons{
    std::pair{Sign::kLost, std::string_view("the connection broke before an answer was read")},
    std::pair{Sign::kCutOff,
              std::string_view("the subscriber stopped before an answer was known to be delivered")},
    std::pair{Sign::kCameAgain, std::string_view("a page of it came again, so an answer may have been lost")},
    std::pair{Sign::kOvertaken, std::string_view("a newer session had begun when its last page came")},
    std::pair{Sign::kCarried,
              std::string_view("it was begun again, and pages of the earlier attempt are part of it")},
    std::pair{Sign::kHeld, std::string_view("it was taken for complete because nothing more came")},
};

/// What makes a session doubtful however it is answered.
std::optional<std::string> doubt_of_its_pages(const SettlementFacts& facts) {
  if (!facts.is_complete) return "a part of it is applied, but pages are missing";
  if (is_ambiguous(facts.progress, facts.numbering)) {
    return "all its pages are there if they are counted over the run, but neither they nor earlier sessions show that this "
           "cohort's sender counts so";
  }
  const bool adds = facts.progress.has(contract::Action::kAddMembers);
  const bool removes = facts.progress.has(contract::Action::kRemoveMembers);
  // Only numbering over the run tells, by its total, that a session with one action is whole.
  const bool total_tells =
      !facts.numbering.expects_both_actions && facts.numbering.known() == Numbering::kRun;
  if (adds != removes && !total_tells) {
    return adds ? "only add_members came, remove_members did not"
                : "only remove_members came, add_members did not";
  }
  return std::nullopt;
}

Settlement assess_evidence(const SettlementFacts& facts) {
  for (const auto& [sign, reason] : kReasons) {
    if (has_sign(facts.signs, sign)) return {Kind::kInDoubt, std::string(reason)};
  }
  if (const auto doubt = doubt_of_its_pages(facts)) return {Kind::kInDoubt, *doubt};
  return {Kind::kReversible, "the next session shows whether the sender saw it succeed"};
}

Settlement assess_connection(const SettlementFacts& facts) {
  if (facts.answers_lost > 0) {
    return {Kind::kInDoubt,
            fmt::format("the answer to {} of its pages could not be delivered", facts.answers_lost)};
  }
  if (facts.answers_cut_off > 0) {
    return {Kind::kInDoubt,
            fmt::format("the subscriber stopped before {} of its answers were known to be delivered",
                        facts.answers_cut_off)};
  }
  for (const auto& [sign, reason] : kReasons) {
    const bool of_answers = sign == Sign::kLost || sign == Sign::kCutOff || sign == Sign::kCameAgain;
    if (!of_answers && has_sign(facts.signs, sign)) return {Kind::kInDoubt, std::string(reason)};
  }
  if (const auto doubt = doubt_of_its_pages(facts)) return {Kind::kInDoubt, *doubt};
  if (facts.answers_pending > 0) return {Kind::kReversible, "answers are on their way"};
  return {Kind::kSettled, ""};
}

}  // namespace

Settlement assess(const SettlementFacts& facts) {
  switch (facts.mode) {
    case DoubtMode::kAlways:
      if (const auto doubt = doubt_of_its_pages(facts)) return {Kind::kInDoubt, *doubt};
      return {Kind::kInDoubt, "the configuration says doubt = \"always\""};
    case DoubtMode::kEvidence:
      return assess_evidence(facts);
    case DoubtMode::kConnection:
      return assess_connection(facts);
  }
  return {};
}

}  // namespace bellwether::mirror
