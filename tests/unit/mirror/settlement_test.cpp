#include "mirror/settlement.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace bellwether::mirror {
namespace {

using contract::Action;

SettlementFacts whole_run() {
  SettlementFacts facts;
  facts.numbering = Numbering::kRun;
  facts.progress.add(Action::kAddMembers, 1, 2, true);
  facts.progress.add(Action::kRemoveMembers, 2, 2, true);
  return facts;
}

SettlementFacts only_adds() {
  SettlementFacts facts;
  facts.numbering = Numbering::kRun;
  facts.progress.add(Action::kAddMembers, 1, 1, true);
  return facts;
}

TEST(Settlement, FollowsTheEvidence) {
  struct Case {
    std::string name;
    SettlementFacts facts;
    Settlement::Kind kind;
  };
  std::vector<Case> cases;
  cases.push_back({"all answers arrived", whole_run(), Settlement::Kind::kSettled});
  cases.push_back({"one is on its way", whole_run(), Settlement::Kind::kAwaiting});
  cases.back().facts.answers_pending = 1;
  cases.push_back({"one was lost", whole_run(), Settlement::Kind::kInDoubt});
  cases.back().facts.answers_lost = 1;
  cases.push_back({"the process died", whole_run(), Settlement::Kind::kInDoubt});
  cases.back().facts.answers_cut_off = 1;
  cases.push_back({"doubt = always", whole_run(), Settlement::Kind::kInDoubt});
  cases.back().facts.mode = DoubtMode::kAlways;
  cases.push_back({"one action only", only_adds(), Settlement::Kind::kInDoubt});
  cases.push_back({"a sender without empty calls", only_adds(), Settlement::Kind::kSettled});
  cases.back().facts.expects_both_actions = false;
  cases.push_back(
      {"the same, but its numbering cannot tell that it is whole", only_adds(), Settlement::Kind::kInDoubt});
  cases.back().facts.expects_both_actions = false;
  cases.back().facts.numbering = Numbering::kAction;
  cases.push_back({"pages are missing", whole_run(), Settlement::Kind::kInDoubt});
  cases.back().facts.progress.add(Action::kAddMembers, 1, 4, true);
  for (const Case& c : cases) {
    const Settlement settlement = assess(c.facts);
    EXPECT_EQ(settlement.kind, c.kind) << c.name;
    EXPECT_EQ(settlement.reason.empty(), c.kind == Settlement::Kind::kSettled) << c.name;
  }
}

}  // namespace
}  // namespace bellwether::mirror
