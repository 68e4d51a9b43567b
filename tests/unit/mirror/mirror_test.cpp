#include "mirror/mirror.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mirror_fixture.hpp"

namespace bellwether::mirror {
namespace {

using contract::Action;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Times pass by themselves, a second a call.
class MirrorTest : public MirrorFixture {
 protected:
  Receipt send(const std::string& session, const Sent& sent,
               Acknowledgement acknowledgement = Acknowledgement::kDelivered) {
    tick();
    return receive(to_page(session, sent), acknowledgement);
  }
  /// Both calls of an incremental run.
  void run(const std::string& session, const std::vector<std::string>& adds,
           const std::vector<std::string>& removes, Acknowledgement last = Acknowledgement::kDelivered) {
    send(session, {Action::kAddMembers, 1, 2, adds});
    send(session, {Action::kRemoveMembers, 2, 2, removes}, last);
  }
  void load(const std::vector<std::string>& ids) { send("load", {Action::kMembers, 1, 1, ids}); }
  Timestamp tick() { return now_ += std::chrono::seconds(1); }
};

TEST_F(MirrorTest, AFullLoadReplacesWhenItsLastPageIsThere) {
  load({"ann", "bob"});
  send("full", {Action::kMembers, 2, 2, {"dee"}});
  EXPECT_THAT(members(), ElementsAre("ann", "bob")) << "until then readers see the old membership";
  EXPECT_TRUE(send("full", {Action::kMembers, 1, 2, {"bob", "cyd"}}).applied);
  EXPECT_THAT(members(), ElementsAre("bob", "cyd", "dee"));
  EXPECT_THAT(feed(), ElementsAre("+ann", "+bob", "-ann", "+cyd", "+dee"));
}

TEST_F(MirrorTest, AFirstLoadMayComeAsAdds) {
  run("first", {"ann", "bob"}, {});
  EXPECT_THAT(members(), ElementsAre("ann", "bob"));
}

TEST_F(MirrorTest, ARepeatedPageChangesNothing) {
  run("s", {"ann"}, {});
  EXPECT_EQ(send("s", {Action::kAddMembers, 1, 2, {"ann"}}).kind, Receipt::Kind::kRepeated);
  EXPECT_THAT(members(), ElementsAre("ann"));
  EXPECT_THAT(feed(), ElementsAre("+ann"));
}

TEST_F(MirrorTest, AnIncrementalSessionIsAppliedAsAWhole) {
  load({"ann"});
  send("s", {Action::kAddMembers, 1, 3, {"bob"}});
  send("s", {Action::kRemoveMembers, 3, 3, {"ann"}});
  EXPECT_THAT(members(), ElementsAre("ann"));
  send("s", {Action::kAddMembers, 2, 3, {"cyd"}});
  EXPECT_THAT(members(), ElementsAre("bob", "cyd"));
}

TEST_F(MirrorTest, EmptySessionsAreNormal) {
  load({"ann"});
  run("s", {}, {});
  EXPECT_EQ(state("s"), SessionState::kApplied);
  EXPECT_THAT(members(), ElementsAre("ann"));
}

TEST_F(MirrorTest, HalfARunIsRevertedByTheNext) {
  load({"ann", "bob"});
  send("half", {Action::kAddMembers, 1, 2, {"cyd"}});
  run("next", {}, {"bob"});
  EXPECT_THAT(members(), ElementsAre("ann"));
  EXPECT_EQ(state("half"), SessionState::kFailed);
  EXPECT_THAT(session("half").session.why, HasSubstr("1 of 2 pages came"));
  EXPECT_EQ(send("half", {Action::kRemoveMembers, 2, 2, {"ann"}}).kind, Receipt::Kind::kRefused);
  EXPECT_THAT(members(), ElementsAre("ann"));
}

TEST_F(MirrorTest, WhatWasAppliedOfAFailedSessionIsTakenBack) {
  load({"ann"});
  // It looks complete over the run; then the removals show that it counts by action, and never come whole.
  send("half", {Action::kAddMembers, 1, 2, {"bob"}});
  send("half", {Action::kAddMembers, 2, 2, {"cyd"}});
  EXPECT_THAT(members(), ElementsAre("ann", "bob", "cyd"));
  EXPECT_EQ(state("half"), SessionState::kInDoubt);
  EXPECT_THAT(doubts(), ElementsAre("bob", "cyd"));
  send("half", {Action::kRemoveMembers, 1, 2, {"ann"}});
  EXPECT_EQ(state("half"), SessionState::kReceiving);
  run("next", {"dee"}, {});
  EXPECT_EQ(state("half"), SessionState::kFailed);
  EXPECT_THAT(members(), ElementsAre("ann", "dee"));
}

TEST_F(MirrorTest, ALateFirstPageBeginsARunAgainThatIsOver) {
  send("half", {Action::kAddMembers, 1, 2, {"bob"}});
  run("next", {"ann"}, {});
  EXPECT_EQ(send("half", {Action::kAddMembers, 1, 2, {"bob"}}).kind, Receipt::Kind::kRefused);
  now_ += std::chrono::seconds(100);
  EXPECT_EQ(send("half", {Action::kAddMembers, 1, 2, {"bob"}}).kind, Receipt::Kind::kStored);
  send("half", {Action::kRemoveMembers, 2, 2, {}});
  EXPECT_THAT(members(), ElementsAre("ann", "bob"));
  EXPECT_EQ(session("half").session.attempt, 2);
}

TEST_F(MirrorTest, APageWhoseRunsEarlierPagesAreGoneIsRefused) {
  run("s", {"ann"}, {"bob"});
  now_ += std::chrono::hours(1);
  merge();  // housekeeping removes the pages
  EXPECT_EQ(send("s", {Action::kRemoveMembers, 2, 2, {"cyd"}}).kind, Receipt::Kind::kRefused);
  EXPECT_EQ(send("s", {Action::kAddMembers, 1, 2, {"ann"}}).kind, Receipt::Kind::kRepeated);
  EXPECT_EQ(send("s", {Action::kRemoveMembers, 2, 2, {"cyd"}}).kind, Receipt::Kind::kStored)
      << "from its first page";
  EXPECT_EQ(session("s").session.attempt, 2);
}

TEST_F(MirrorTest, ABaselineIsUnknownUntilAFullLoad) {
  run("s1", {"ann"}, {"nobody"});
  EXPECT_FALSE(find_cohort(database_, "8", "12")->has_baseline);
  EXPECT_EQ(session("s1").session.absent_removals, 1);
  load({"ann"});
  EXPECT_TRUE(find_cohort(database_, "8", "12")->has_baseline);
  run("s2", {"bob"}, {});
  EXPECT_TRUE(find_cohort(database_, "8", "12")->has_baseline);
}

TEST_F(MirrorTest, TheNextSessionSettlesTheOneBefore) {
  load({"ann"});
  run("s1", {"bob"}, {});
  EXPECT_EQ(state("s1"), SessionState::kApplied);
  EXPECT_GT(session("s1").session.open_changes, 0) << "it stays reversible";
  EXPECT_THAT(doubts(), IsEmpty()) << "but nothing speaks against it";
  run("s2", {}, {});
  EXPECT_EQ(session("s1").session.open_changes, 0);
  EXPECT_THAT(members(), ElementsAre("ann", "bob"));
}

TEST_F(MirrorTest, APageThatComesAgainPutsItsSessionInDoubt) {
  load({"ann"});
  run("s1", {"bob"}, {"ann"});
  send("s1", {Action::kRemoveMembers, 2, 2, {"ann"}});
  EXPECT_EQ(state("s1"), SessionState::kInDoubt);
  EXPECT_THAT(session("s1").session.why, HasSubstr("came again"));
  run("s2", {"bob"}, {});
  EXPECT_EQ(state("s1"), SessionState::kRefuted);
  EXPECT_THAT(members(), ElementsAre("ann", "bob"));
}

TEST_F(MirrorTest, BehindAProxyAnAnswerThatTheConnectionDeliveredProvesNothing) {
  load({"ann"});
  run("s1", {"bob", "cyd"}, {});
  run("s2", {"bob"}, {});  // the sender did not see s1 succeed; cyd has left
  EXPECT_EQ(state("s1"), SessionState::kRefuted);
  EXPECT_THAT(members(), ElementsAre("ann", "bob"));
}

TEST_F(MirrorTest, ALostAnswerPutsASessionInDoubtAndARepeatRefutesIt) {
  load({"ann"});
  run("s1", {"bob", "cyd"}, {"ann"}, Acknowledgement::kLost);
  EXPECT_EQ(state("s1"), SessionState::kInDoubt);
  EXPECT_THAT(doubts(), ElementsAre("ann", "bob", "cyd"));
  EXPECT_EQ(find_cohort(database_, "8", "12")->in_doubt, 3);
  // The sender diffs against the load again; cyd has gone meanwhile.
  run("s2", {"bob"}, {"ann"});
  EXPECT_EQ(state("s1"), SessionState::kRefuted);
  EXPECT_THAT(members(), ElementsAre("bob")) << "cyd was in neither message";
  EXPECT_THAT(doubts(), IsEmpty());
  EXPECT_THAT(feed(), ElementsAre("+ann", "-ann", "+bob", "+cyd", "-cyd"));
}

TEST_F(MirrorTest, TheOppositeConfirms) {
  load({"ann"});
  run("s1", {"bob", "cyd"}, {}, Acknowledgement::kLost);
  run("s2", {}, {"bob"});
  EXPECT_EQ(state("s1"), SessionState::kApplied);
  EXPECT_THAT(session("s1").session.why, HasSubstr("confirmed by session s2"));
  EXPECT_THAT(members(), ElementsAre("ann", "cyd"));
  EXPECT_THAT(doubts(), IsEmpty());
}

TEST_F(MirrorTest, WhatNobodyMentionsStaysInDoubt) {
  load({"ann"});
  run("s1", {"bob"}, {}, Acknowledgement::kLost);
  run("s2", {"dee"}, {});
  EXPECT_EQ(state("s1"), SessionState::kInDoubt);
  EXPECT_THAT(doubts(), ElementsAre("bob"));
  EXPECT_EQ(send("full", {Action::kMembers, 1, 1, {"ann", "dee"}}).kind, Receipt::Kind::kStored);
  EXPECT_EQ(state("s1"), SessionState::kApplied) << "a full load settles all";
  EXPECT_THAT(members(), ElementsAre("ann", "dee"));
}

TEST_F(MirrorTest, DoubtAlways) {
  options_.doubt = DoubtMode::kAlways;
  run("s1", {"ann"}, {});
  EXPECT_EQ(state("s1"), SessionState::kInDoubt);
  run("s2", {"bob"}, {"ann"});
  EXPECT_EQ(state("s1"), SessionState::kApplied);
  EXPECT_EQ(state("s2"), SessionState::kInDoubt);
}

TEST_F(MirrorTest, OneActionAloneIsInDoubt) {
  send("s", {Action::kAddMembers, 1, 1, {"ann"}});
  EXPECT_EQ(state("s"), SessionState::kInDoubt);
  EXPECT_THAT(session("s").session.why, HasSubstr("remove_members did not"));
}

TEST_F(MirrorTest, ADeadProcessLeavesItsAnswersInDoubt) {
  send("s", {Action::kAddMembers, 1, 2, {"ann"}});
  send("s", {Action::kRemoveMembers, 2, 2, {}}, Acknowledgement::kPending);
  EXPECT_EQ(state("s"), SessionState::kApplied);
  mirror().recover(database_);
  EXPECT_EQ(state("s"), SessionState::kInDoubt);
  EXPECT_THAT(session("s").session.why, HasSubstr("subscriber stopped"));
}

TEST_F(MirrorTest, OnlyTheLastAnswerOfAPageCountsWhereTheConnectionDecides) {
  options_.doubt = DoubtMode::kConnection;
  send("s", {Action::kAddMembers, 1, 2, {"ann"}});
  const Receipt first = send("s", {Action::kRemoveMembers, 2, 2, {}}, Acknowledgement::kPending);
  const Receipt again = send("s", {Action::kRemoveMembers, 2, 2, {}}, Acknowledgement::kPending);
  mirror().on_acknowledgement(database_, *first.track_answer, Acknowledgement::kDelivered);
  EXPECT_GT(session("s").session.open_changes, 0) << "the newer answer is still on its way";
  mirror().on_acknowledgement(database_, *again.track_answer, Acknowledgement::kDelivered);
  EXPECT_EQ(session("s").session.open_changes, 0);
}

TEST_F(MirrorTest, UnfinishedSessionsExpire) {
  send("s", {Action::kAddMembers, 1, 2, {"ann"}});
  mirror().expire_stale_sessions(database_, now_ + std::chrono::hours(71), 10);
  EXPECT_EQ(state("s"), SessionState::kReceiving);
  mirror().expire_stale_sessions(database_, now_ + std::chrono::hours(73), 10);
  EXPECT_EQ(state("s"), SessionState::kExpired);
  EXPECT_THAT(session("s").session.why, HasSubstr("1 of 2 pages came"));
}

TEST_F(MirrorTest, LargeSessionsGoThroughTheMerger) {
  options_.in_place_members = 0;
  EXPECT_TRUE(send("load", {Action::kMembers, 1, 1, {"ann", "bob"}}).waiting);
  EXPECT_THAT(members(), IsEmpty());
  merge();
  EXPECT_THAT(members(), ElementsAre("ann", "bob"));
  run("s1", {"cyd"}, {"bob"}, Acknowledgement::kLost);
  merge();
  EXPECT_THAT(members(), ElementsAre("ann", "cyd"));
  EXPECT_THAT(doubts(), ElementsAre("bob", "cyd"));
  run("s2", {}, {"bob"});
  merge();
  EXPECT_EQ(state("s1"), SessionState::kRefuted);
  EXPECT_THAT(members(), ElementsAre("ann"));
  EXPECT_THAT(feed(), ElementsAre("+ann", "+bob", "-bob", "+cyd", "-cyd"));
}

TEST_F(MirrorTest, TidyingLeavesOnlyWhatIsReferredTo) {
  options_.in_place_members = 0;
  load({"ann", "bob"});
  merge();
  send("full", {Action::kMembers, 1, 1, {"cyd"}});
  merge();
  now_ += std::chrono::minutes(11);  // runs may be begun again for a while
  merge();
  auto rows = database_.query(
      "SELECT (SELECT count(*) FROM member), (SELECT count(*) FROM page_body), "
      "(SELECT count(*) FROM generation)");
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.integer(0), 1);
  EXPECT_EQ(rows.integer(1), 0);
  EXPECT_EQ(rows.integer(2), 1);
}

}  // namespace
}  // namespace bellwether::mirror
