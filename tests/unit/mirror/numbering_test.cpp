#include "mirror/numbering.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace bellwether::mirror {
namespace {

using contract::Action;
constexpr Action kAdd = Action::kAddMembers;
constexpr Action kRemove = Action::kRemoveMembers;

struct Page {
  Action action;
  std::uint32_t index;
  std::uint32_t total;
};

struct Case {
  std::string name;
  std::vector<Page> pages;
  Numbering known;
  bool clash;
  Numbering recognised;
  bool complete;
  bool ambiguous;
};

TEST(Numbering, TellsWhatIsComplete) {
  const std::vector<Case> cases{
      {"one page of one", {{kAdd, 1, 1}}, Numbering::kUnknown, false, Numbering::kUnknown, true, false},
      {"half of a run", {{kAdd, 1, 2}}, Numbering::kUnknown, false, Numbering::kUnknown, false, false},
      {"a run, in order",
       {{kAdd, 1, 2}, {kRemove, 2, 2}},
       Numbering::kUnknown,
       false,
       Numbering::kRun,
       true,
       false},
      {"a run, out of order",
       {{kRemove, 2, 2}, {kAdd, 1, 2}},
       Numbering::kUnknown,
       false,
       Numbering::kUnknown,
       true,
       true},
      {"the same, known",
       {{kRemove, 2, 2}, {kAdd, 1, 2}},
       Numbering::kRun,
       false,
       Numbering::kRun,
       true,
       false},
      {"one index under two actions",
       {{kAdd, 1, 1}, {kRemove, 1, 1}},
       Numbering::kUnknown,
       true,
       Numbering::kAction,
       true,
       false},
      {"two totals",
       {{kAdd, 1, 2}, {kRemove, 1, 1}},
       Numbering::kUnknown,
       false,
       Numbering::kAction,
       false,
       false},
      {"by action, all there",
       {{kAdd, 1, 2}, {kAdd, 2, 2}, {kRemove, 1, 1}},
       Numbering::kAction,
       false,
       Numbering::kAction,
       true,
       false},
      {"by action, one missing",
       {{kAdd, 1, 2}, {kRemove, 1, 1}},
       Numbering::kAction,
       false,
       Numbering::kAction,
       false,
       false},
      {"a clash proves it also when a run was known",
       {{kAdd, 1, 1}, {kRemove, 1, 1}},
       Numbering::kRun,
       true,
       Numbering::kAction,
       true,
       false},
      {"a full load",
       {{Action::kMembers, 2, 2}, {Action::kMembers, 1, 2}},
       Numbering::kUnknown,
       false,
       Numbering::kUnknown,
       true,
       false},
  };
  for (const Case& c : cases) {
    Progress progress;
    for (const Page& page : c.pages) progress.add(page.action, page.index, page.total, true);
    const Numbering recognised = recognise(progress, c.known, c.clash);
    EXPECT_EQ(recognised, c.recognised) << c.name;
    EXPECT_EQ(is_complete(progress, recognised), c.complete) << c.name;
    EXPECT_EQ(is_ambiguous(progress, recognised), c.ambiguous) << c.name;
  }
}

TEST(Numbering, OrderProvesNothingWhilePagesOverlap) {
  Progress progress;
  progress.add(kAdd, 1, 2, true);
  progress.add(kRemove, 2, 2, false);
  EXPECT_EQ(recognise(progress, Numbering::kUnknown, false), Numbering::kUnknown);
  EXPECT_TRUE(is_ambiguous(progress, Numbering::kUnknown));
}

TEST(Numbering, ExpectsPages) {
  Progress progress;
  progress.add(kAdd, 1, 3, true);
  progress.add(kRemove, 1, 2, true);
  EXPECT_EQ(progress.pages(), 2U);
  EXPECT_EQ(progress.expected(Numbering::kRun), 3U);
  EXPECT_EQ(progress.expected(Numbering::kAction), 5U);
}

}  // namespace
}  // namespace bellwether::mirror
