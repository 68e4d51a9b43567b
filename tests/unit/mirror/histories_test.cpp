#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mirror_fixture.hpp"

/// Histories that break simpler rules (ARCHITECTURE.md, "Why the mirror is exact"), each with every page repeated, in
/// every order of arrival within one beginning of a run, with the process killed between any two steps, and with runs
/// that follow each other after 5 s and after 30 min.
namespace bellwether::mirror {
namespace {

using contract::Action;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Action kFull = Action::kMembers;
constexpr Action kAdd = Action::kAddMembers;
constexpr Action kRemove = Action::kRemoveMembers;

/// A page, and whether the sender gets the answer.
struct Step {
  Sent sent;
  bool answered = true;
  std::string cohort = "12";
};

/// One beginning of a run: its pages come in any order. What follows comes after it.
struct Beginning {
  std::string session;
  std::vector<Step> steps;
  Millis after = Millis(0);  ///< how long after the one before; 0: as long as between two runs
};

using History = std::vector<Beginning>;

struct Variation {
  std::size_t order = 0;      ///< which permutation of each beginning's steps
  std::size_t killed_at = 0;  ///< after so many steps; 0: never
  bool repeats = false;       ///< every page comes twice
  Millis interval = minutes(30);
};

std::string describe(const Variation& variation) {
  return fmt::format("order {}, killed after step {}, {}, {} s between runs", variation.order,
                     variation.killed_at, variation.repeats ? "each page twice" : "each page once",
                     variation.interval.count() / 1000);
}

class Histories : public MirrorFixture {
 protected:
  void play(const History& history, const Variation& variation) {
    std::size_t step = 0;
    for (const Beginning& beginning : history) {
      now_ += beginning.after.count() > 0 ? beginning.after : variation.interval;
      if (variation.interval > minutes(1)) release();
      for (const std::size_t index : order_of(beginning.steps.size(), variation.order)) {
        send(beginning.session, beginning.steps[index]);
        if (variation.repeats) send(beginning.session, beginning.steps[index]);
        if (++step == variation.killed_at) restart();
      }
    }
  }
  void send(const std::string& session, const Step& step) {
    now_ += Millis(50);
    receive(to_page(session, step.sent, step.cohort),
            step.answered ? Acknowledgement::kDelivered : Acknowledgement::kLost);
    merge();
  }
  /// The process is killed, and another one starts.
  void restart() {
    storage::Transaction transaction(database_);
    mirror().recover(database_);
    transaction.commit();
  }
  /// Nothing more comes.
  void release() {
    while (mirror().release_held_sessions(database_, now_, 100)) merge();
  }
  void settle_down() {
    now_ += seconds(91);
    release();
  }
  /// The `number`-th order of `count` things.
  static std::vector<std::size_t> order_of(std::size_t count, std::size_t number) {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t i = 0; i < number; ++i) std::ranges::next_permutation(order);
    return order;
  }
};

/// Plays the history in every variation, each over a mirror of its own, and then calls `expect(mirror)`.
template <typename Expect>
void play_all(const History& history, std::size_t orders, Expect&& expect) {
  std::size_t steps = 0;
  for (const Beginning& beginning : history) steps += beginning.steps.size();
  class Player : public Histories {
   public:
    using Histories::database_;
    using Histories::doubts;
    using Histories::members;
    using Histories::options_;
    using Histories::play;
    using Histories::session;
    using Histories::settle_down;
    void TestBody() override {}
  };
  for (std::size_t order = 0; order < orders; ++order) {
    for (std::size_t killed_at = 0; killed_at <= steps; ++killed_at) {
      for (const bool repeats : {false, true}) {
        for (const Millis interval : {Millis(seconds(5)), Millis(minutes(30))}) {
          for (const std::size_t in_place : {std::size_t{20'000}, std::size_t{0}}) {
            const Variation variation{order, killed_at, repeats, interval};
            SCOPED_TRACE(describe(variation) + (in_place == 0 ? ", through the merger" : ""));
            Player player;
            player.options_.in_place_members = in_place;
            player.play(history, variation);
            player.settle_down();
            expect(player);
            if (::testing::Test::HasFailure()) return;
          }
        }
      }
    }
  }
}

TEST_F(Histories, H1_ARunThatBeginsAgainWithAnotherLastPage) {
  const History history{
      {"load", {{{kFull, 1, 1, {"c", "d"}}}}},
      {"r", {{{kAdd, 1, 2, {"m1", "m2", "m3"}}}, {{kRemove, 2, 2, {"c"}}, false}}},
      {"r", {{{kAdd, 1, 2, {"m1", "m2", "m3"}}}, {{kRemove, 2, 2, {"c", "d"}}}}, seconds(70)}};
  play_all(history, 2, [](auto& mirror) { EXPECT_THAT(mirror.members(), ElementsAre("m1", "m2", "m3")); });
}

TEST_F(Histories, H1_WithAThousandMembers) {
  std::vector<std::string> many;
  many.reserve(1000);
  for (int i = 0; i < 1000; ++i) many.push_back(fmt::format("m{:04}", i));
  play({{"load", {{{kFull, 1, 1, {"c", "d"}}}}},
        {"r", {{{kAdd, 1, 2, many}}, {{kRemove, 2, 2, {"c"}}, false}}},
        {"r", {{{kAdd, 1, 2, many}}, {{kRemove, 2, 2, {"c", "d"}}}}, seconds(70)}},
       {});
  EXPECT_EQ(members(), many);
  EXPECT_EQ(feed().size(), 1004U) << "nobody who stays leaves in between: 2 + 1,000 entered, 2 left";
}

TEST_F(Histories, H1b_APageThatComesAgainWithOtherProperties) {
  const History history{
      {"load", {{{kFull, 1, 1, {"a"}}}}},
      {"r", {{{kAdd, 1, 3, {"m1"}}}, {{kAdd, 2, 3, {"m2@old", "m3@old"}}}, {{kRemove, 3, 3, {"a"}}}}},
      {"r", {{{kAdd, 2, 3, {"m3@new", "m2@new"}}}}, seconds(20)}};
  play_all(history, 6, [](auto& mirror) {
    EXPECT_THAT(mirror.members(), ElementsAre("m1", "m2", "m3"));
    const auto cohort = find_cohort(mirror.database_, "8", "12");
    EXPECT_EQ(find_member(mirror.database_, cohort->generation, "m2")->properties, R"({"email":"new"})");
    EXPECT_EQ(mirror.session("r").session.attempt, 1) << "the same members are the same page";
  });
}

TEST_F(Histories, H2_AFullLoadInThreePostsWithoutPageInfo) {
  const History history{
      {"old", {{{kFull, 1, 1, {"x"}}}}},
      {"r", {{{kFull, 1, 0, {"a", "b"}}}, {{kFull, 1, 0, {"c", "d"}}}, {{kFull, 1, 0, {"e"}}}}}};
  play_all(history, 6,
           [](auto& mirror) { EXPECT_THAT(mirror.members(), ElementsAre("a", "b", "c", "d", "e")); });
  play(history, {});
  EXPECT_THAT(members(), ElementsAre("x")) << "not before it is complete";
  EXPECT_THAT(session("r").session.why, ::testing::HasSubstr("not numbered"));
  send("next", {{kAdd, 1, 2, {}}});
  EXPECT_THAT(members(), ElementsAre("a", "b", "c", "d", "e")) << "the next session shows that it is";
}

TEST_F(Histories, H3_NumberedByAction) {
  const History history{
      {"load", {{{kFull, 1, 1, {"a", "b"}}}}},
      {"r", {{{kAdd, 1, 2, {"c"}}}, {{kAdd, 2, 2, {"d"}}}, {{kRemove, 1, 1, {"a"}}}}},
  };
  play_all(history, 6, [](auto& mirror) { EXPECT_THAT(mirror.members(), ElementsAre("b", "c", "d")); });
}

TEST_F(Histories, H4_AnAddWithOtherPropertiesProvesNothing) {
  const History history{{"load", {{{kFull, 1, 1, {"z"}}}}},
                        {"r1", {{{kAdd, 1, 2, {"X", "Y"}}}, {{kRemove, 2, 2, {}}}}},
                        {"r2", {{{kAdd, 1, 2, {"X@new"}}}, {{kRemove, 2, 2, {}}}}}};
  play_all(history, 2, [](auto& mirror) { EXPECT_THAT(mirror.members(), ElementsAre("X", "Y", "z")); });
}

TEST_F(Histories, H5_ASyncThatIsConnectedAgainBeginsWithAddsOfEverybody) {
  const History history{{"load", {{{kFull, 1, 1, {"W", "a", "b"}}}}},
                        {"r1", {{{kAdd, 1, 2, {"X"}}}, {{kRemove, 2, 2, {"W"}}}}},
                        {"again", {{{kAdd, 1, 2, {"X", "a", "b"}}}, {{kRemove, 2, 2, {}}}}}};
  play_all(history, 2, [](auto& mirror) { EXPECT_THAT(mirror.members(), ElementsAre("X", "a", "b")); });
}

TEST_F(Histories, H6_ByActionAndTheLastRemovalNeverComes) {
  const History history{
      {"load", {{{kFull, 1, 1, {"a", "b"}}}}},
      {"r1", {{{kAdd, 1, 2, {"c"}}}, {{kAdd, 2, 2, {"X"}}}, {{kRemove, 1, 2, {"a"}}}}},
      {"r2", {{{kAdd, 1, 1, {}}}, {{kRemove, 1, 1, {}}}}},
  };
  play_all(history, 6, [](auto& mirror) { EXPECT_THAT(mirror.members(), ElementsAre("a", "b")); });
}

TEST_F(Histories, H7_ADelayedCopyAfterTheRunBeganAgain) {
  const Sent old{kAdd, 1, 2, {"a", "b"}};
  const Sent mine{kAdd, 1, 2, {"b", "c"}};
  const Sent last{kRemove, 2, 2, {"z"}};
  const std::vector<Beginning> before{{"load", {{{kFull, 1, 1, {"y", "z"}}}}}};
  for (const std::vector<Step>& first :
       {std::vector<Step>{{old, false}}, {{old}, {{kRemove, 2, 2, {"y"}}, false}}}) {
    History history = before;
    history.push_back({"r", first});
    history.push_back({"r", {{mine}}, seconds(70)});
    history.push_back({"r", {{old}}, seconds(1)});
    history.push_back({"r", {{last}}, seconds(1)});
    play_all(history, 2, [](auto& mirror) { EXPECT_THAT(mirror.members(), ElementsAre("b", "c", "y")); });
  }
}

TEST_F(Histories, H7_TheCopyIsRefused) {
  now_ += seconds(1);
  receive(to_page("r", {kAdd, 1, 2, {"a"}}), Acknowledgement::kLost);
  now_ += seconds(70);
  EXPECT_EQ(receive(to_page("r", {kAdd, 1, 2, {"b"}}), Acknowledgement::kDelivered).kind,
            Receipt::Kind::kStored);
  EXPECT_EQ(receive(to_page("r", {kAdd, 1, 2, {"a"}}), Acknowledgement::kDelivered).kind,
            Receipt::Kind::kRefused);
  now_ += seconds(91);
  EXPECT_EQ(receive(to_page("r", {kAdd, 1, 2, {"a"}}), Acknowledgement::kDelivered).kind,
            Receipt::Kind::kStored)
      << "by then it is a new beginning";
  EXPECT_EQ(session("r").session.attempt, 3);
}

TEST_F(Histories, ARunThatBeginsAgainAsAnotherKind) {
  const History to_full{{"load", {{{kFull, 1, 1, {"a", "b"}}}}},
                        {"r", {{{kAdd, 1, 2, {"c"}}}, {{kRemove, 2, 2, {"a"}}, false}}},
                        {"r", {{{kFull, 1, 2, {"b"}}}, {{kFull, 2, 2, {"d"}}}}, seconds(70)}};
  play_all(to_full, 2, [](auto& mirror) { EXPECT_THAT(mirror.members(), ElementsAre("b", "d")); });
  const History to_difference{{"load", {{{kFull, 1, 1, {"a", "b"}}}}},
                              {"r", {{{kFull, 1, 2, {"x"}}, false}}},
                              {"r", {{{kAdd, 1, 2, {"c"}}}, {{kRemove, 2, 2, {"a"}}}}, seconds(70)}};
  play_all(to_difference, 2, [](auto& mirror) { EXPECT_THAT(mirror.members(), ElementsAre("b", "c")); });
}

TEST_F(Histories, H8_AThousandRunsThatNeverOverlap) {
  receive(to_page("load", {kFull, 1, 1, {"p0000"}}), Acknowledgement::kDelivered);
  for (int run = 1; run <= 1000; ++run) {
    now_ += run % 2 == 0 ? Millis(seconds(5)) : Millis(minutes(30));
    const std::string id = fmt::format("run-{}", run);
    receive(to_page(id, {kAdd, 1, 2, {fmt::format("p{:04}", run)}}), Acknowledgement::kDelivered);
    receive(to_page(id, {kRemove, 2, 2, {fmt::format("p{:04}", run - 1)}}), Acknowledgement::kDelivered);
    ASSERT_THAT(members(), ElementsAre(fmt::format("p{:04}", run)));
  }
  EXPECT_THAT(doubts(), IsEmpty());
  auto open = database_.query("SELECT count(*) FROM session WHERE open = 1");
  ASSERT_TRUE(open.next());
  EXPECT_EQ(open.integer(0), 1) << "only the last is still to be told of: the work of a run does not grow";
}

TEST_F(Histories, H9_ACallByHandDoesNotDecideHowOthersCount) {
  History history{{"by-hand", {{{kAdd, 1, 1, {"t"}}, true, "1"}, {{kRemove, 1, 1, {}}, true, "1"}}},
                  {"load", {{{kFull, 1, 1, {"a", "b", "c"}}}}}};
  for (int run = 1; run <= 4; ++run) {
    history.push_back(
        {fmt::format("r{}", run),
         {{{kAdd, 1, 2, {fmt::format("new{}", run)}}},
          {{kRemove, 2, 2, run == 1 ? std::vector<std::string>{"a"} : std::vector<std::string>{}}}}});
  }
  play_all(history, 2, [](auto& mirror) {
    EXPECT_THAT(mirror.members(), ElementsAre("b", "c", "new1", "new2", "new3", "new4"));
    for (int run = 1; run <= 4; ++run) {
      const SessionState state = mirror.session(fmt::format("r{}", run)).session.state;
      EXPECT_TRUE(state == SessionState::kApplied || state == SessionState::kInDoubt) << run;
    }
  });
}

TEST_F(Histories, H9_InOneCohortTheHintHoldsASessionBackForAWhile) {
  // The cohort's own sender counted by action; then the pages of a run come out of order.
  receive(to_page("by-hand", {kAdd, 1, 1, {"a"}}), Acknowledgement::kDelivered);
  receive(to_page("by-hand", {kRemove, 1, 1, {}}), Acknowledgement::kDelivered);
  receive(to_page("r", {kRemove, 2, 2, {"a"}}), Acknowledgement::kDelivered);
  receive(to_page("r", {kAdd, 1, 2, {"b"}}), Acknowledgement::kDelivered);
  EXPECT_THAT(members(), ElementsAre("a")) << "by action two pages are missing";
  settle_down();
  EXPECT_THAT(members(), ElementsAre("b")) << "a hint never withholds";
  EXPECT_EQ(state("r"), SessionState::kInDoubt) << "but it is in doubt until the next session tells";
}

}  // namespace
}  // namespace bellwether::mirror
