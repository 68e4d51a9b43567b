#include <array>
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mirror_fixture.hpp"

/// A stored page that cannot be read fails its own session, in whatever way that session would have been applied. Every
/// other session goes on, and the sender is never told that what is lost was taken.
namespace bellwether::mirror {
namespace {

using contract::Action;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// What can happen to a row of page_body on a disk, or by a hand.
constexpr std::array kDamages = {
    "UPDATE page_body SET members = '[{'",
    "UPDATE page_body SET members = '[]'",
    R"(UPDATE page_body SET members = '[{"mixpanel_distinct_id":"mallory"}]')",
    "UPDATE page_body SET members = substr(members, 1, length(members) - 1)",
    "UPDATE page_body SET members = zeroblob(40)",
    "DELETE FROM page_body",
};

class DamagedPageTest : public MirrorFixture, public ::testing::WithParamInterface<const char*> {
 protected:
  Receipt send(const std::string& session, const Sent& sent, const std::string& cohort = "12") {
    now_ += std::chrono::seconds(1);
    return receive(to_page(session, sent, cohort), Acknowledgement::kDelivered);
  }
  void load(const std::vector<std::string>& ids) { send("load", {Action::kMembers, 1, 1, ids}); }
  void damage_newest_page() {
    database_.script(std::string(GetParam()) + " WHERE page_ref = (SELECT max(ref) FROM page)");
  }
  void release_held() {
    storage::Transaction transaction(database_);
    mirror().release_held_sessions(database_, now_, 10);
    transaction.commit();
  }
  void expect_failed(const std::string& id) {
    EXPECT_EQ(state(id), SessionState::kFailed);
    EXPECT_THAT(session(id).session.why, HasSubstr("needs a full load"));
    EXPECT_FALSE(find_cohort(database_, "8", "12")->has_baseline);
  }
};

INSTANTIATE_TEST_SUITE_P(Kinds, DamagedPageTest, ::testing::ValuesIn(kDamages));

TEST_P(DamagedPageTest, FailsALargeSessionAlone) {
  options_.in_place_members = 0;
  load({"ann"});
  merge();
  send("s1", {Action::kMembers, 1, 1, {"bob"}});
  damage_newest_page();
  send("other", {Action::kMembers, 1, 1, {"eve"}}, "13");
  merge();
  expect_failed("s1");
  EXPECT_THAT(members(), ElementsAre("ann"));
  EXPECT_THAT(members("13"), ElementsAre("eve"));
}

TEST_P(DamagedPageTest, RefusesThePageThatWouldCompleteASmallSession) {
  load({"ann"});
  send("s1", {Action::kMembers, 1, 2, {"bob"}});
  damage_newest_page();
  const Receipt receipt = send("s1", {Action::kMembers, 2, 2, {"cyd"}});
  EXPECT_EQ(receipt.kind, Receipt::Kind::kRefused);
  EXPECT_THAT(std::string(receipt.refusal), HasSubstr("damaged"));
  expect_failed("s1");
  EXPECT_THAT(members(), ElementsAre("ann"));
  EXPECT_THAT(feed(), ElementsAre("+ann"));
}

TEST_P(DamagedPageTest, ARunThatFailedForItMayBeSentAgain) {
  load({"ann"});
  send("s1", {Action::kMembers, 1, 2, {"bob"}});
  damage_newest_page();
  send("s1", {Action::kMembers, 2, 2, {"cyd"}});
  now_ += std::chrono::seconds(90);
  send("s1", {Action::kMembers, 1, 2, {"bob"}});
  send("s1", {Action::kMembers, 2, 2, {"cyd"}});
  EXPECT_EQ(state("s1"), SessionState::kApplied);
  EXPECT_THAT(members(), ElementsAre("bob", "cyd"));
  EXPECT_TRUE(find_cohort(database_, "8", "12")->has_baseline);
}

TEST_P(DamagedPageTest, ARepeatedPageTakesItsPlace) {
  load({"ann"});
  send("s1", {Action::kMembers, 1, 2, {"bob"}});
  damage_newest_page();
  send("s1", {Action::kMembers, 1, 2, {"bob"}});
  send("s1", {Action::kMembers, 2, 2, {"cyd"}});
  EXPECT_EQ(state("s1"), SessionState::kApplied);
  EXPECT_THAT(members(), ElementsAre("bob", "cyd"));
}

TEST_P(DamagedPageTest, FailsAHeldSessionAndReleasesTheOthers) {
  load({"ann"});
  send("held", {Action::kMembers, 1, 0, {"bob"}});
  damage_newest_page();
  send("other", {Action::kMembers, 1, 0, {"eve"}}, "13");
  now_ += std::chrono::seconds(91);
  release_held();
  expect_failed("held");
  EXPECT_THAT(members(), ElementsAre("ann"));
  EXPECT_THAT(members("13"), ElementsAre("eve"));
}

TEST_P(DamagedPageTest, OfAHeldSessionRefusesNoLaterOne) {
  load({"ann"});
  send("held", {Action::kMembers, 1, 0, {"bob"}});
  damage_newest_page();
  const Receipt receipt = send("next", {Action::kMembers, 1, 1, {"cyd"}});
  EXPECT_EQ(receipt.kind, Receipt::Kind::kStored);
  EXPECT_EQ(state("held"), SessionState::kFailed);
  EXPECT_THAT(members(), ElementsAre("cyd"));
}

TEST_P(DamagedPageTest, OfASmallSessionThatWaitsStopsNotTheMerger) {
  load({"ann"});
  options_.in_place_members = 0;
  send("s1", {Action::kMembers, 1, 1, {"bob"}});
  damage_newest_page();
  send("other", {Action::kMembers, 1, 1, {"eve"}}, "13");
  options_.in_place_members = 100;
  merge();
  expect_failed("s1");
  EXPECT_THAT(members("13"), ElementsAre("eve"));
}

class PageOfVersion01 : public MirrorFixture {};

TEST_F(PageOfVersion01, ThatWasStoredAsTextIsRead) {
  options_.in_place_members = 0;
  receive(to_page("s1", {Action::kMembers, 1, 1, {"bob"}}), Acknowledgement::kDelivered);
  database_.run("UPDATE page_body SET members = ?1", R"([{"mixpanel_distinct_id":"bob"}])");
  database_.run("UPDATE page SET ids_high = NULL, ids_low = NULL, content_high = NULL, content_low = NULL");
  merge();
  EXPECT_EQ(state("s1"), SessionState::kApplied);
  EXPECT_THAT(members(), ElementsAre("bob"));
}

}  // namespace
}  // namespace bellwether::mirror
