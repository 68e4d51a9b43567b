#include "mirror/standing.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace bellwether::mirror {
namespace {

using contract::Action;

StandingFacts whole_run() {
  StandingFacts facts;
  facts.numbering = Numbering::kRun;
  facts.progress.add(Action::kAddMembers, 1, 2, true);
  facts.progress.add(Action::kRemoveMembers, 2, 2, true);
  return facts;
}

StandingFacts only_adds() {
  StandingFacts facts;
  facts.numbering = Numbering::kRun;
  facts.progress.add(Action::kAddMembers, 1, 1, true);
  return facts;
}

TEST(Standing, FollowsTheEvidence) {
  struct Case {
    std::string name;
    StandingFacts facts;
    Standing::Kind kind;
  };
  std::vector<Case> cases;
  cases.push_back({"all answers arrived", whole_run(), Standing::Kind::kSettled});
  cases.push_back({"one is on its way", whole_run(), Standing::Kind::kAwaiting});
  cases.back().facts.answers_pending = 1;
  cases.push_back({"one was lost", whole_run(), Standing::Kind::kInDoubt});
  cases.back().facts.answers_lost = 1;
  cases.push_back({"the process died", whole_run(), Standing::Kind::kInDoubt});
  cases.back().facts.answers_cut_off = 1;
  cases.push_back({"doubt = always", whole_run(), Standing::Kind::kInDoubt});
  cases.back().facts.mode = DoubtMode::kAlways;
  cases.push_back({"one action only", only_adds(), Standing::Kind::kInDoubt});
  cases.push_back({"a sender without empty calls", only_adds(), Standing::Kind::kSettled});
  cases.back().facts.expects_both_actions = false;
  cases.push_back(
      {"the same, but its numbering cannot tell that it is whole", only_adds(), Standing::Kind::kInDoubt});
  cases.back().facts.expects_both_actions = false;
  cases.back().facts.numbering = Numbering::kAction;
  cases.push_back({"pages are missing", whole_run(), Standing::Kind::kInDoubt});
  cases.back().facts.progress.add(Action::kAddMembers, 1, 4, true);
  for (const Case& c : cases) {
    const Standing standing = assess(c.facts);
    EXPECT_EQ(standing.kind, c.kind) << c.name;
    EXPECT_EQ(standing.reason.empty(), c.kind == Standing::Kind::kSettled) << c.name;
  }
}

}  // namespace
}  // namespace bellwether::mirror
