#include "mirror/resolve.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace bellwether::mirror {
namespace {

using feed::Kind;

constexpr std::int64_t kOlder = 1;
constexpr std::int64_t kApplied = 2;

MemberState old_state() {
  return {R"({"v":1})", 100, kOlder};
}
Undo entered() {
  return {kOlder, Kind::kEntered, std::nullopt};
}
Undo left() {
  return {kOlder, Kind::kLeft, old_state()};
}

struct Case {
  std::string name;
  std::optional<MemberState> current;
  std::optional<Mention> mention;
  std::optional<Undo> undo;
  Verdict verdict;
  std::optional<Kind> change;  ///< what readers see
  bool member_after;
  std::optional<Kind> undo_after;  ///< whose change stays reversible
};

const Mention kAddV1{true, R"({"v":1})"};
const Mention kAddV2{true, R"({"v":2})"};
const Mention kRemove{false, {}};

TEST(Resolve, OneMember) {
  const std::vector<Case> cases{
      {"enters", {}, kAddV1, {}, Verdict::kOpen, Kind::kEntered, true, Kind::kEntered},
      {"is there already", old_state(), kAddV1, {}, Verdict::kOpen, {}, true, {}},
      {"is updated", old_state(), kAddV2, {}, Verdict::kOpen, Kind::kUpdated, true, Kind::kUpdated},
      {"leaves", old_state(), kRemove, {}, Verdict::kOpen, Kind::kLeft, false, Kind::kLeft},
      {"is gone already", {}, kRemove, {}, Verdict::kOpen, {}, false, {}},
      {"not mentioned, nothing in doubt", old_state(), {}, {}, Verdict::kOpen, {}, true, {}},
      {"entered in doubt, refuted, not mentioned",
       old_state(),
       {},
       entered(),
       Verdict::kRefuted,
       Kind::kLeft,
       false,
       {}},
      {"left in doubt, refuted, not mentioned", {}, {}, left(), Verdict::kRefuted, Kind::kEntered, true, {}},
      {"entered in doubt, confirmed, not mentioned",
       old_state(),
       {},
       entered(),
       Verdict::kConfirmed,
       {},
       true,
       {}},
      {"entered in doubt, nothing told",
       old_state(),
       {},
       entered(),
       Verdict::kOpen,
       {},
       true,
       Kind::kEntered},
      {"entered in doubt, added again, nothing told: both stay reversible",
       old_state(),
       kAddV1,
       entered(),
       Verdict::kOpen,
       {},
       true,
       Kind::kEntered},
      {"entered in doubt, added with other properties, nothing told", old_state(), kAddV2, entered(),
       Verdict::kOpen, Kind::kUpdated, true, Kind::kUpdated},
      {"entered in doubt, added again: the base was without",
       old_state(),
       kAddV1,
       entered(),
       Verdict::kRefuted,
       {},
       true,
       Kind::kEntered},
      {"entered in doubt, removed: the base was with", old_state(), kRemove, entered(), Verdict::kConfirmed,
       Kind::kLeft, false, Kind::kLeft},
      {"left in doubt, removed again", {}, kRemove, left(), Verdict::kRefuted, {}, false, Kind::kLeft},
      {"left in doubt, added: the base was without",
       {},
       kAddV1,
       left(),
       Verdict::kConfirmed,
       Kind::kEntered,
       true,
       Kind::kEntered},
  };
  for (const Case& c : cases) {
    const Resolution resolution = resolve(c.current, c.mention, c.undo, c.verdict, {kApplied, 500, false});
    EXPECT_EQ(resolution.change, c.change) << c.name;
    EXPECT_EQ(resolution.state.has_value(), c.member_after) << c.name;
    ASSERT_EQ(resolution.undo.has_value(), c.undo_after.has_value()) << c.name;
    if (c.undo_after) {
      EXPECT_EQ(resolution.undo->change, *c.undo_after) << c.name;
    }
    EXPECT_EQ(resolution.state_differs, resolution.change.has_value()) << c.name;
  }
}

TEST(Resolve, AFullLoadSettlesAll) {
  const ApplyRules full{kApplied, 500, true};
  EXPECT_EQ(resolve(old_state(), std::nullopt, entered(), Verdict::kOpen, full).change, Kind::kLeft);
  EXPECT_EQ(resolve(std::nullopt, kAddV1, left(), Verdict::kOpen, full).change, Kind::kEntered);
  EXPECT_FALSE(resolve(old_state(), kAddV2, entered(), Verdict::kOpen, full).undo);
}

TEST(Resolve, KeepsWhenAMemberEntered) {
  const Resolution updated =
      resolve(old_state(), kAddV2, std::nullopt, Verdict::kOpen, {kApplied, 500, false});
  EXPECT_EQ(updated.state->entered_at, 100);
  EXPECT_EQ(updated.state->session_ref, kApplied);
  const Resolution same = resolve(old_state(), kAddV1, std::nullopt, Verdict::kOpen, {kApplied, 500, false});
  EXPECT_EQ(same.state->session_ref, kOlder) << "nothing changed, nothing is written";
}

TEST(Resolve, WhatLiesBelowComesBackWhenTheTopIsRefuted) {
  const ApplyRules second{kApplied, 500, false};
  const auto stacked = resolve(old_state(), kAddV2, entered(), Verdict::kOpen, second);
  ASSERT_TRUE(stacked.undo);
  ASSERT_EQ(stacked.undo->below.size(), 1U);
  const ApplyRules third{3, 600, false};
  const auto refuted = resolve(stacked.state, std::nullopt, stacked.undo, Verdict::kRefuted, third);
  EXPECT_EQ(refuted.state, old_state());
  ASSERT_TRUE(refuted.undo);
  EXPECT_EQ(refuted.undo->session_ref, kOlder) << "still in doubt for the first session's sake";
  const auto confirmed = resolve(stacked.state, std::nullopt, stacked.undo, Verdict::kConfirmed, third);
  EXPECT_EQ(confirmed.state, stacked.state);
  EXPECT_FALSE(confirmed.undo) << "the second session's word settles the member";
}

TEST(Judge, WeighsRepeatsAgainstOpposites) {
  EXPECT_EQ(judge({}, false), Verdict::kOpen);
  EXPECT_EQ(judge({.repeats = 3}, false), Verdict::kRefuted);
  EXPECT_EQ(judge({.removed = 3}, false), Verdict::kConfirmed);
  EXPECT_EQ(judge({.returned = 3}, false), Verdict::kConfirmed);
  EXPECT_EQ(judge({.repeats = 1, .removed = 1}, false), Verdict::kOpen);
  EXPECT_EQ(judge({.repeats = 3}, true), Verdict::kOpen) << "a restatement repeats what the sender has";
  EXPECT_EQ(judge({.returned = 3}, true), Verdict::kOpen);
  EXPECT_EQ(judge({.removed = 1}, true), Verdict::kConfirmed);
}

TEST(Evidence, CountsOnlyWhatProvesSomething) {
  struct Case {
    std::string name;
    Undo undo;
    std::optional<MemberState> current;
    Mention mention;
    Evidence evidence;
  };
  Undo over_doubt = entered();
  over_doubt.below.push_back(entered());
  const std::vector<Case> cases{
      {"entered, added again", entered(), old_state(), kAddV1, {.repeats = 1}},
      {"entered, added with other properties", entered(), old_state(), kAddV2, {}},
      {"entered, removed", entered(), old_state(), kRemove, {.removed = 1}},
      {"entered over a doubt, removed", over_doubt, old_state(), kRemove, {}},
      {"left, removed again", left(), {}, kRemove, {.repeats = 1}},
      {"left, added as it was", left(), {}, kAddV1, {.returned = 1}},
      {"left, added with other properties", left(), {}, kAddV2, {}},
      {"updated, added again", {kOlder, Kind::kUpdated, old_state()}, old_state(), kAddV1, {}},
  };
  for (const Case& c : cases) {
    Evidence evidence;
    evidence.take(c.undo, c.current, c.mention);
    EXPECT_EQ(evidence.repeats, c.evidence.repeats) << c.name;
    EXPECT_EQ(evidence.removed, c.evidence.removed) << c.name;
    EXPECT_EQ(evidence.returned, c.evidence.returned) << c.name;
  }
}

TEST(Restates, IsAMentionThatChangesNothing) {
  EXPECT_TRUE(restates(old_state(), kAddV1));
  EXPECT_FALSE(restates(old_state(), kAddV2)) << "an update";
  EXPECT_FALSE(restates(std::nullopt, kAddV1));
  EXPECT_TRUE(restates(std::nullopt, kRemove));
  EXPECT_FALSE(restates(old_state(), kRemove));
}

}  // namespace
}  // namespace bellwether::mirror
