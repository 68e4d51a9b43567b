#include "mirror/mirror.hpp"

#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mirror/merger.hpp"
#include "mirror/views.hpp"
#include "support/service_tables.hpp"
#include "support/temporary_folder.hpp"

namespace bellwether::mirror {
namespace {

using contract::Action;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A mirror over a real file; times pass by themselves, a second a call.
class MirrorTest : public ::testing::Test {
 protected:
  MirrorTest() : database_(folder_.file("m.db"), {}) {
    bellwether::testing::create_tables(database_, "subscriber");
  }

  struct Sent {
    Action action;
    std::uint32_t index = 1;
    std::uint32_t total = 1;
    std::vector<std::string> ids = {};
  };

  Receipt send(const std::string& session, const Sent& sent,
               Acknowledgement acknowledgement = Acknowledgement::kDelivered) {
    contract::CohortPage page;
    page.action = sent.action;
    page.project_id = "8";
    page.cohort_id = "12";
    page.session_id = session;
    page.page_count = sent.index;
    page.total_pages = sent.total;
    page.member_count = sent.ids.size();
    for (const std::string& id : sent.ids) {
      page.members_json +=
          fmt::format(R"({}{{"mixpanel_distinct_id":"{}"}})", page.members_json.empty() ? "[" : ",", id);
    }
    page.members_json += page.members_json.empty() ? "[]" : "]";
    const Receipt receipt = mirror().receive(database_, page, tick());
    if (receipt.track_answer && acknowledgement != Acknowledgement::kPending)
      mirror().on_acknowledgement(database_, *receipt.track_answer, acknowledgement);
    return receipt;
  }
  /// Both calls of an incremental run.
  void run(const std::string& session, const std::vector<std::string>& adds,
           const std::vector<std::string>& removes, Acknowledgement last = Acknowledgement::kDelivered) {
    send(session, {Action::kAddMembers, 1, 2, adds});
    send(session, {Action::kRemoveMembers, 2, 2, removes}, last);
  }
  void load(const std::vector<std::string>& ids) { send("load", {Action::kMembers, 1, 1, ids}); }

  Mirror mirror() const { return Mirror(options_); }
  Timestamp tick() { return now_ += std::chrono::seconds(1); }

  void merge() {
    options_.spill_dir = folder_.path();
    storage::Database reader(folder_.file("m.db"), {.access = storage::Database::Access::kReadOnly});
    Merger merger(
        reader,
        [this](const std::function<void(storage::Database&)>& work) {
          storage::Transaction transaction(database_);
          work(database_);
          transaction.commit();
        },
        options_);
    while (merger.merge_next(tick())) {
    }
    while (merger.collect_garbage(tick())) {
    }
  }

  std::vector<std::string> members() {
    std::vector<std::string> ids;
    const auto cohort = find_cohort(database_, "8", "12");
    if (!cohort) return ids;
    for (const auto& member : list_members(database_, cohort->generation, std::nullopt, 1000)) {
      ids.push_back(member.distinct_id);
    }
    return ids;
  }
  std::vector<std::string> doubts() {
    std::vector<std::string> ids;
    for (const auto& doubt : list_doubts(database_, *find_cohort(database_, "8", "12"), std::nullopt, 1000)) {
      ids.push_back(doubt.distinct_id);
    }
    return ids;
  }
  std::vector<std::string> feed() {
    std::vector<std::string> lines;
    for (const auto& change : feed::read(database_, 0, 1000)) {
      lines.push_back(static_cast<char>(change.kind) + change.subject);
    }
    return lines;
  }
  SessionView session(const std::string& id) {
    for (const auto& view : list_sessions(database_, {}, 1000)) {
      if (view.session.session_id == id) return view;
    }
    throw std::runtime_error("no session " + id);
  }
  SessionState state(const std::string& id) { return session(id).session.state; }

  bellwether::testing::TemporaryFolder folder_;
  storage::Database database_;
  Options options_;
  Timestamp now_ = from_unix_ms(1'790'000'000'000);
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
  EXPECT_EQ(send("s", {Action::kAddMembers, 1, 2, {"eve"}}).kind, Receipt::Kind::kRepeated);
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

TEST_F(MirrorTest, NumberingByActionIsSeenAndRemembered) {
  send("s1", {Action::kAddMembers, 1, 1, {"ann"}});
  send("s1", {Action::kRemoveMembers, 1, 1, {}});
  EXPECT_EQ(state("s1"), SessionState::kApplied);
  send("s2", {Action::kAddMembers, 1, 2, {"bob"}});
  send("s2", {Action::kRemoveMembers, 2, 2, {"ann"}});
  EXPECT_EQ(state("s2"), SessionState::kReceiving) << "by action two pages are missing";
  EXPECT_EQ(session("s2").expected_pages, 4U);
}

TEST_F(MirrorTest, HalfARunIsRevertedByTheNext) {
  load({"ann", "bob"});
  send("half", {Action::kAddMembers, 1, 2, {"cyd"}});
  run("next", {}, {"bob"});
  EXPECT_THAT(members(), ElementsAre("ann"));
  EXPECT_EQ(state("half"), SessionState::kFailed);
  EXPECT_THAT(session("half").session.why, HasSubstr("1 of 2 pages came"));
  EXPECT_EQ(send("half", {Action::kRemoveMembers, 2, 2, {"ann"}}).kind, Receipt::Kind::kIgnored);
  EXPECT_THAT(members(), ElementsAre("ann"));
}

TEST_F(MirrorTest, WhatWasAppliedOfAFailedSessionIsTakenBack) {
  send("learn", {Action::kAddMembers, 1, 1, {"ann"}});
  send("learn", {Action::kRemoveMembers, 1, 1, {}});
  // By action, so the add page is complete by itself and applied; the removals never come.
  send("half", {Action::kAddMembers, 1, 1, {"bob"}});
  EXPECT_THAT(members(), ElementsAre("ann", "bob"));
  EXPECT_EQ(state("half"), SessionState::kInDoubt);
  EXPECT_THAT(doubts(), ElementsAre("bob"));
  send("next", {Action::kAddMembers, 1, 1, {"bob", "cyd"}});
  send("next", {Action::kRemoveMembers, 1, 1, {}});
  EXPECT_EQ(state("half"), SessionState::kRefuted) << "bob is added again: the sender did not see it succeed";
  EXPECT_THAT(members(), ElementsAre("ann", "bob", "cyd"));
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
  load({"ann", "dee"});
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

TEST_F(MirrorTest, OnlyTheLastAnswerOfAPageCounts) {
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
