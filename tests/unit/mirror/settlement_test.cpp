#include "mirror/settlement.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace bellwether::mirror {
namespace {

using contract::Action;
using Kind = Settlement::Kind;

contract::CohortPage page(Action action, std::uint32_t index, std::uint32_t total) {
  contract::CohortPage made;
  made.action = action;
  made.page_count = index;
  made.total_pages = total;
  return made;
}

SettlementFacts whole_run(DoubtMode mode) {
  SettlementFacts facts;
  facts.mode = mode;
  facts.progress.add(page(Action::kAddMembers, 1, 2), true, false);
  facts.progress.add(page(Action::kRemoveMembers, 2, 2), true, false);
  return facts;
}

SettlementFacts only_adds(Numbering hint, bool expects_both) {
  SettlementFacts facts;
  facts.numbering = {.hint = hint, .expects_both_actions = expects_both};
  facts.progress.add(page(Action::kAddMembers, 1, 1), true, false);
  return facts;
}

SettlementFacts with(SettlementFacts facts, Signs signs) {
  facts.signs = signs;
  return facts;
}

struct Case {
  std::string name;
  SettlementFacts facts;
  Kind kind;
};

void expect_all(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    const Settlement settlement = assess(c.facts);
    EXPECT_EQ(settlement.kind, c.kind) << c.name;
    EXPECT_EQ(settlement.reason.empty(), c.kind == Kind::kSettled) << c.name;
  }
}

TEST(Settlement, ByEvidence) {
  const SettlementFacts run = whole_run(DoubtMode::kEvidence);
  std::vector<Case> cases{
      {"nothing speaks against it", run, Kind::kReversible},
      {"a page came again", with(run, bit(Sign::kCameAgain)), Kind::kInDoubt},
      {"an answer was lost", with(run, bit(Sign::kLost)), Kind::kInDoubt},
      {"the process died", with(run, bit(Sign::kCutOff)), Kind::kInDoubt},
      {"a newer session had begun", with(run, bit(Sign::kOvertaken)), Kind::kInDoubt},
      {"pages of an earlier attempt", with(run, bit(Sign::kCarried)), Kind::kInDoubt},
      {"taken for complete", with(run, bit(Sign::kHeld)), Kind::kInDoubt},
      {"one action only", only_adds(Numbering::kUnknown, true), Kind::kInDoubt},
      {"a sender without empty calls", only_adds(Numbering::kRun, false), Kind::kReversible},
      {"the same, and it is not known whether it is whole", only_adds(Numbering::kUnknown, false),
       Kind::kInDoubt},
      {"the same, counted by action", only_adds(Numbering::kAction, false), Kind::kInDoubt},
      {"pages are missing", run, Kind::kInDoubt},
      {"out of order, and no numbering is known", run, Kind::kInDoubt},
  };
  cases[cases.size() - 2].facts.is_complete = false;
  cases.back().facts.progress.in_run_order = false;
  expect_all(cases);
}

TEST(Settlement, Always) {
  expect_all({{"nothing speaks against it", whole_run(DoubtMode::kAlways), Kind::kInDoubt}});
}

TEST(Settlement, ByTheConnection) {
  const SettlementFacts run = whole_run(DoubtMode::kConnection);
  std::vector<Case> cases{
      {"all answers arrived", run, Kind::kSettled},
      {"one is on its way", run, Kind::kReversible},
      {"one was lost", run, Kind::kInDoubt},
      {"the process died", run, Kind::kInDoubt},
      {"a page came again, and its last answer arrived", with(run, bit(Sign::kCameAgain) | bit(Sign::kLost)),
       Kind::kSettled},
      {"pages of an earlier attempt", with(run, bit(Sign::kCarried)), Kind::kInDoubt},
  };
  cases[1].facts.answers_pending = 1;
  cases[2].facts.answers_lost = 1;
  cases[3].facts.answers_cut_off = 1;
  expect_all(cases);
}

}  // namespace
}  // namespace bellwether::mirror
