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

TEST(Judge, WeighsRepeatsAgainstOpposites) {
  EXPECT_EQ(judge({0, 0}), Verdict::kOpen);
  EXPECT_EQ(judge({3, 0}), Verdict::kRefuted);
  EXPECT_EQ(judge({0, 3}), Verdict::kConfirmed);
  EXPECT_EQ(judge({1, 1}), Verdict::kOpen);
  Evidence evidence;
  evidence.take(Kind::kEntered, true);
  evidence.take(Kind::kLeft, false);
  evidence.take(Kind::kUpdated, true);  // tells nothing
  EXPECT_EQ(evidence.repeats, 2U);
  EXPECT_EQ(evidence.opposites, 0U);
  evidence.take(Kind::kEntered, false);
  evidence.take(Kind::kLeft, true);
  EXPECT_EQ(evidence.opposites, 2U);
}

}  // namespace
}  // namespace bellwether::mirror
