#include "mirror/numbering.hpp"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace bellwether::mirror {
namespace {

using contract::Action;
constexpr Action kFull = Action::kMembers;
constexpr Action kAdd = Action::kAddMembers;
constexpr Action kRemove = Action::kRemoveMembers;
constexpr auto kUnknown = Numbering::kUnknown;
constexpr auto kRun = Numbering::kRun;
constexpr auto kAction = Numbering::kAction;
constexpr auto kIncomplete = Completeness::kIncomplete;
constexpr auto kHeld = Completeness::kHeld;
constexpr auto kComplete = Completeness::kComplete;

struct Page {
  Action action;
  std::uint32_t index;
  std::uint32_t total;
};

/// Each page after the answer to the one before.
Progress progress_of(const std::vector<Page>& pages) {
  Progress progress;
  std::set<std::uint32_t> indexes;
  for (const Page& page : pages) {
    contract::CohortPage made;
    made.action = page.action;
    made.page_count = page.index;
    made.total_pages = page.total;
    progress.add(made, true, !indexes.insert(page.index).second);
  }
  return progress;
}

struct Case {
  std::string name;
  std::vector<Page> pages;
  NumberingRules rules;
  Completeness completeness;
  Numbering shown;
  std::uint32_t expected;
};

void expect_all(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    const Progress progress = progress_of(c.pages);
    EXPECT_EQ(judge_completeness(progress, c.rules), c.completeness) << c.name;
    EXPECT_EQ(shown_by(progress), c.shown) << c.name;
    EXPECT_EQ(expected_pages(progress, c.rules), c.expected) << c.name;
  }
}

TEST(Numbering, ASessionIsJudgedByItsOwnPages) {
  expect_all({
      {"nothing", {}, {}, kIncomplete, kUnknown, 0},
      {"one page of one", {{kAdd, 1, 1}}, {}, kComplete, kUnknown, 1},
      {"half of a run", {{kAdd, 1, 2}}, {}, kIncomplete, kUnknown, 2},
      {"a run, in order", {{kAdd, 1, 2}, {kRemove, 2, 2}}, {}, kComplete, kRun, 2},
      {"a run, out of order", {{kRemove, 2, 2}, {kAdd, 1, 2}}, {}, kComplete, kUnknown, 2},
      {"by action", {{kAdd, 1, 2}, {kAdd, 2, 2}, {kRemove, 1, 1}}, {}, kComplete, kAction, 3},
      {"by action, one is missing", {{kAdd, 1, 2}, {kRemove, 1, 1}}, {}, kIncomplete, kUnknown, 3},
      {"one index under two actions", {{kAdd, 1, 1}, {kRemove, 1, 1}}, {}, kComplete, kAction, 2},
      {"a full load", {{kFull, 1, 2}, {kFull, 2, 2}}, {}, kComplete, kUnknown, 2},
  });
}

TEST(Numbering, WhatEarlierSessionsShowedIsAHint) {
  expect_all({
      {"counted by action before: a removal is expected",
       {{kAdd, 1, 1}},
       {.hint = kAction},
       kHeld,
       kUnknown,
       1},
      {"not of a sender that leaves empty calls out",
       {{kAdd, 1, 1}},
       {.hint = kAction, .expects_both_actions = false},
       kComplete,
       kUnknown,
       1},
      {"complete over the run alone", {{kRemove, 2, 2}, {kAdd, 1, 2}}, {.hint = kAction}, kHeld, kUnknown, 4},
      {"and shown to be: in order", {{kAdd, 1, 2}, {kRemove, 2, 2}}, {.hint = kAction}, kComplete, kRun, 4},
      {"a hint withholds nothing that is complete anyhow",
       {{kAdd, 1, 1}, {kRemove, 1, 1}},
       {.hint = kRun},
       kComplete,
       kAction,
       2},
  });
}

TEST(Numbering, TheConfigurationDecides) {
  expect_all({
      {"by action", {{kAdd, 1, 2}, {kRemove, 2, 2}}, {.fixed = kAction}, kIncomplete, kRun, 4},
      {"over the run", {{kAdd, 1, 1}}, {.hint = kAction, .fixed = kRun}, kComplete, kUnknown, 1},
      {"over the run, whatever the pages say",
       {{kAdd, 1, 1}, {kRemove, 1, 1}},
       {.fixed = kRun},
       kComplete,
       kAction,
       1},
  });
}

TEST(Numbering, PagesWithoutNumbersAreHeld) {
  expect_all({
      {"one", {{kFull, 1, 0}}, {}, kHeld, kUnknown, 0},
      {"several", {{kAdd, 1, 0}, {kAdd, 1, 0}, {kRemove, 1, 0}}, {}, kHeld, kUnknown, 0},
  });
}

TEST(Numbering, IsAmbiguousWhenNothingTells) {
  const Progress out_of_order = progress_of({{kRemove, 2, 2}, {kAdd, 1, 2}});
  EXPECT_TRUE(is_ambiguous(out_of_order, {}));
  EXPECT_TRUE(is_ambiguous(out_of_order, {.hint = kAction}));
  EXPECT_FALSE(is_ambiguous(out_of_order, {.hint = kRun}));
  EXPECT_FALSE(is_ambiguous(out_of_order, {.fixed = kRun}));
  EXPECT_FALSE(is_ambiguous(progress_of({{kAdd, 1, 2}, {kRemove, 2, 2}}), {})) << "in order";
  EXPECT_FALSE(is_ambiguous(progress_of({{kAdd, 1, 1}, {kRemove, 1, 1}}), {})) << "by action";
}

}  // namespace
}  // namespace bellwether::mirror
