#include "sync/run.hpp"

#include <gtest/gtest.h>

#include "base/planned_time.hpp"
#include "sync/schedule.hpp"

namespace bellwether::sync {
namespace {

using contract::Action;
using retry_policy::Verdict;

const Timestamp kNow = *parse_iso8601("2026-01-20T12:00:00Z");

sync::Run frozen_run(bool full, const Counts& counts, std::uint32_t page_members = kPageMembers) {
  sync::Run run{.full = full, .page_members = page_members, .started_at = kNow};
  on_frozen(run, counts);
  return run;
}

TEST(Run, CutsItsChangesIntoPages) {
  struct Page {
    Action action;
    std::uint32_t members;
  };
  struct Case {
    bool full;
    Counts counts;
    std::vector<Page> pages;
  };
  const std::vector<Case> cases{
      {true, {0, 0, 0}, {{Action::kMembers, 0}}},
      {true, {10, 3, 0}, {{Action::kMembers, 10}}},
      {true, {10, 3, 10}, {{Action::kMembers, 10}, {Action::kMembers, 10}}},
      {true, {11, 0, 10}, {{Action::kMembers, 10}, {Action::kMembers, 10}, {Action::kMembers, 1}}},
      // Both calls are made also when nothing changed.
      {false, {0, 0, 99}, {{Action::kAddMembers, 0}, {Action::kRemoveMembers, 0}}},
      {false, {1, 0, 99}, {{Action::kAddMembers, 1}, {Action::kRemoveMembers, 0}}},
      {false,
       {10, 21, 99},
       {{Action::kAddMembers, 10},
        {Action::kRemoveMembers, 10},
        {Action::kRemoveMembers, 10},
        {Action::kRemoveMembers, 1}}},
  };
  for (const Case& c : cases) {
    auto run = frozen_run(c.full, c.counts, 10);
    for (std::size_t i = 0; i < c.pages.size(); ++i) {
      ASSERT_EQ(run.phase, Phase::kSending);
      const Slice slice = current_slice(run);
      EXPECT_EQ(slice.action, c.pages[i].action);
      EXPECT_EQ(slice.members, c.pages[i].members);
      EXPECT_EQ(slice.page, i + 1);
      EXPECT_EQ(slice.total, c.pages.size());
      on_answer(run, {.verdict = Verdict::kDelivered}, kNow, 0);
    }
    EXPECT_EQ(run.phase, Phase::kSettling);
  }
}

TEST(Run, RetriesOnTheScheduleAndThenGivesUp) {
  auto run = frozen_run(false, {});
  Timestamp now = kNow;
  const retry_policy::Judgement busy{.verdict = Verdict::kRetry, .message = "busy"};
  for (const int pause : {2, 4, 8, 16, 30}) {
    on_answer(run, busy, now, 0);
    ASSERT_EQ(run.phase, Phase::kSending);
    EXPECT_EQ(run.not_before - now, Millis(std::chrono::seconds(pause)));
    now = run.not_before;
  }
  on_answer(run, busy, now, 0);
  EXPECT_EQ(run.end, End::kFailed);
  EXPECT_EQ(run.message, "given up after 6 attempts: busy");
  EXPECT_EQ(run.attempts, 6U);
}

TEST(Run, APagesRetriesAreItsOwn) {
  auto run = frozen_run(false, {});
  for (int i = 0; i < 3; ++i) on_answer(run, {.verdict = Verdict::kRetry}, kNow, 0);
  on_answer(run, {.verdict = Verdict::kDelivered}, kNow, 0);
  EXPECT_EQ(run.page, 2U);
  EXPECT_EQ(run.page_attempts, 0U);
  EXPECT_EQ(run.paused, Millis(0));
}

TEST(Run, EndsAsTheVerdictSays) {
  for (const auto& [verdict, end] :
       {std::pair{Verdict::kPause, End::kPaused}, {Verdict::kFail, End::kFailed}}) {
    auto run = frozen_run(false, {});
    on_answer(run, {.verdict = verdict, .message = "their words"}, kNow, 0);
    EXPECT_EQ(run.phase, Phase::kEnded);
    EXPECT_EQ(run.end, end);
    EXPECT_EQ(run.message, "their words");
    EXPECT_EQ(run.ended_at, kNow);
  }
}

TEST(Run, SendsAllWithoutASnapshotOrWithAnOldOne) {
  EXPECT_TRUE(needs_full_load(std::nullopt, kNow));
  EXPECT_FALSE(needs_full_load(kNow - std::chrono::days(3), kNow));
  EXPECT_TRUE(needs_full_load(kNow - std::chrono::days(3) - Millis(1), kNow));
  EXPECT_FALSE(needs_full_load(kNow + std::chrono::minutes(5), kNow)) << "the clock was set back a little";
  EXPECT_TRUE(needs_full_load(kNow + std::chrono::days(1), kNow)) << "taken by a clock that was ahead";
}

TEST(Run, OneThatWasResumedAndFailedLeavesDoubt) {
  for (const bool resumed : {false, true}) {
    for (const End how : {End::kSucceeded, End::kFailed, End::kPaused, End::kStopped}) {
      auto run = frozen_run(false, {});
      if (resumed) resume(run);
      finish(run, how, "", kNow);
      EXPECT_EQ(leaves_doubt(run), resumed && how != End::kSucceeded);
    }
  }
  sync::Run freezing;
  resume(freezing);
  EXPECT_FALSE(freezing.resumed);  // nothing was sent
}

TEST(Schedule, APlanByAClockThatWasAheadIsDue) {
  struct Case {
    Millis ahead;
    bool is_due;
  };
  const Millis interval = std::chrono::minutes(30);
  for (const auto& [ahead, is_due] :
       {Case{std::chrono::minutes(-1), true}, Case{std::chrono::minutes(0), true},
        Case{std::chrono::minutes(1), false}, Case{interval, false}, Case{interval + Millis(1), true},
        Case{std::chrono::days(1), true}, Case{std::chrono::days(366), true}})
    EXPECT_EQ(due_time(kNow + ahead, kNow, interval) <= kNow, is_due) << ahead.count();
}

TEST(Schedule, ATable) {
  const auto candidate = [](std::int64_t sync, std::int64_t destination, int due_in) {
    return Candidate{
        .sync_id = sync, .destination_id = destination, .due_at = kNow + std::chrono::minutes(due_in)};
  };
  const auto chosen = [](const std::vector<Candidate>& candidates, std::set<std::int64_t> busy,
                         std::size_t free) {
    std::vector<std::int64_t> ids;
    for (const auto& due : choose_due(candidates, std::move(busy), kNow, free)) ids.push_back(due.sync_id);
    return ids;
  };
  using Ids = std::vector<std::int64_t>;
  EXPECT_EQ(chosen({candidate(1, 1, 0), candidate(2, 2, 1)}, {}, 8), Ids{1});
  EXPECT_EQ(chosen({candidate(1, 1, -1), candidate(2, 1, -2)}, {}, 8), Ids{2});
  EXPECT_EQ(chosen({candidate(1, 1, -1), candidate(2, 2, -2)}, {2}, 8), Ids{1});
  EXPECT_EQ(chosen({candidate(1, 1, -1), candidate(2, 2, -2), candidate(3, 3, -3)}, {}, 2), (Ids{3, 2}));
  Candidate interrupted = candidate(1, 1, 60);
  interrupted.interrupted = true;
  interrupted.active = false;
  EXPECT_EQ(chosen({interrupted, candidate(2, 1, -5)}, {}, 8), Ids{1});
  Candidate paused = candidate(1, 1, -1);
  paused.active = false;
  Candidate disabled = candidate(2, 2, -1);
  disabled.enabled = false;
  EXPECT_EQ(chosen({paused, disabled}, {}, 8), Ids{});
}

}  // namespace
}  // namespace bellwether::sync
