#include "sync/engine_ledger.hpp"

#include <algorithm>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "events/sql.hpp"
#include "support/migrated_engine.hpp"

namespace bellwether::sync {
namespace {

/// The cohort is whatever list of ids a test says.
class EngineLedgerTest : public ::testing::Test {
 protected:
  Counts freeze(const std::vector<std::string>& people, bool full, std::uint64_t snapshot_members = 0,
                std::uint64_t most = 10000) {
    ++run_;
    cohorts::PeopleQuery query{
        .conditions = "SELECT arrayJoin({people:Array(String)}) AS person, toUInt64(1) AS met",
        .rule = "bitTest(groupBitOr(met), 0)"};
    query.parameters.add("people", people);
    const auto counts =
        ledger_->freeze({"key", run_, change_set(), full, "8", query, {"plan"}, snapshot_members, most});
    EXPECT_TRUE(counts) << counts.error().message;
    return counts.value_or(Counts{});
  }
  std::string change_set() const { return "set-" + std::to_string(run_); }
  void settle() { ASSERT_TRUE(ledger_->settle("key", change_set(), run_)); }

  std::string page(std::uint32_t number) {
    const auto members = ledger_->read(change_set(), number);
    EXPECT_TRUE(members) << members.error().message;
    return members.value_or("");
  }
  static std::string members(const std::vector<std::string>& ids) {
    std::string array = "[";
    for (const auto& id : ids)
      array += (array.size() > 1 ? "," : "") + (R"({"mixpanel_distinct_id":")" + id) + R"("})";
    return array + "]";
  }

  bellwether::testing::MigratedEngine engine_;
  std::unique_ptr<EngineLedger> ledger_ = std::make_unique<EngineLedger>(
      *engine_, EngineLedger::Options{engine_.folder().file("pages"), std::chrono::seconds(60)});
  std::uint64_t run_ = 0;
};

TEST_F(EngineLedgerTest, DiffsAgainstWhatWasSettled) {
  Counts counts = freeze({"ann", "bob"}, true);
  EXPECT_EQ(counts.entered, 2U);
  EXPECT_EQ(counts.members(), 2U);
  settle();
  counts = freeze({"bob", "cleo"}, false, 2);
  EXPECT_EQ(counts.entered, 1U);
  EXPECT_EQ(counts.left, 1U);
  EXPECT_EQ(counts.stayed, 1U);
  EXPECT_EQ(page(1), members({"cleo"}));
  EXPECT_EQ(page(2), members({"ann"}));
  EXPECT_FALSE(ledger_->read(change_set(), 3));
  // Not settled: the next one says the same again.
  counts = freeze({"bob", "cleo"}, false, 2);
  EXPECT_EQ(counts.entered + counts.left, 2U);
  settle();
  settle();
  counts = freeze({"bob", "cleo"}, false, 2);
  EXPECT_EQ(counts.entered + counts.left, 0U);
  // A full load names who stayed too.
  counts = freeze({"bob", "ann"}, true);
  EXPECT_EQ(counts.members(), 2U);
  EXPECT_EQ(counts.left, 1U);
  EXPECT_EQ(page(1), members({"bob", "ann"}));
  ledger_->drop_pages(change_set());
  EXPECT_FALSE(ledger_->read(change_set(), 1));
}

TEST_F(EngineLedgerTest, ExportsTheProfileUnderTheContractsNames) {
  const std::string profile =
      R"({"project_id":"8","distinct_id":"ann","properties":{},"document":"{\"$email\":\"a/b\\n\",\"$phone\":1,\"plan\":{\"a\":[1.50,null]},\"x\":1}","deleted":0,"updated_at":1})";
  ASSERT_TRUE(engine_->insert(events::sql::kInsertProfiles, profile + "\n", {}));
  freeze({"ann", "o\"\\\n"}, true);
  EXPECT_EQ(page(1),
            R"([{"mixpanel_distinct_id":"ann","email":"a/b\n","phone_number":1,"plan":{"a":[1.5,null]}},)"
            R"({"mixpanel_distinct_id":"o\"\\\n"}])");
}

TEST_F(EngineLedgerTest, AuditsAnyRunWithWhoWasThere) {
  const auto audit = [&](const std::string& set, const std::vector<std::string>& applied) {
    std::string csv;
    EXPECT_TRUE(ledger_->audit({"key", set, applied}, [&](std::string_view piece) {
      csv += piece;
      return true;
    }));
    std::multiset<std::string> lines;
    std::istringstream stream(csv);
    for (std::string line; std::getline(stream, line);) lines.insert(line);
    return lines;
  };
  using Lines = std::multiset<std::string>;
  const auto row = [](const char* id, const char* action) {
    return "\"" + std::string(id) + "\",\"" + action + "\"";
  };
  freeze({"ann", "bob", "cleo"}, true);
  settle();
  freeze({"bob", "cleo", "dora"}, false, 3);  // fails: not settled
  freeze({"bob", "cleo", "emil"}, false, 3);
  settle();
  freeze({"ann", "emil"}, false, 3);
  settle();
  const std::string heading = "distinct_id,action";
  EXPECT_EQ(audit("set-1", {"set-1", "set-3", "set-4"}),
            (Lines{heading, row("ann", "add"), row("bob", "add"), row("cleo", "add")}));
  EXPECT_EQ(audit("set-2", {"set-3", "set-4"}), (Lines{heading, row("ann", "remove"), row("dora", "add"),
                                                       row("bob", "no-op"), row("cleo", "no-op")}));
  EXPECT_EQ(audit("set-3", {"set-3", "set-4"}), (Lines{heading, row("ann", "remove"), row("emil", "add"),
                                                       row("bob", "no-op"), row("cleo", "no-op")}));
  EXPECT_EQ(audit("set-4", {"set-4"}), (Lines{heading, row("ann", "add"), row("bob", "remove"),
                                              row("cleo", "remove"), row("emil", "no-op")}));
  ASSERT_TRUE(ledger_->drop_changes("key", {"set-1"}));
  ASSERT_TRUE(ledger_->drop_sync("key"));
  EXPECT_EQ(freeze({"ann"}, false).entered, 1U);
}

TEST_F(EngineLedgerTest, AnAuditHasNoFormulas) {
  freeze({"=1+1", "+cmd", "-5", "@x", "+491701234567", "a=b", "\tx"}, true);
  std::string csv;
  ASSERT_TRUE(ledger_->audit({"key", "set-1", {}}, [&](std::string_view piece) {
    csv += piece;
    return true;
  }));
  for (const char* cell :
       {"\"'=1+1\"", "\"'+cmd\"", "\"-5\"", "\"'@x\"", "\"+491701234567\"", "\"a=b\"", "\"'\tx\""})
    EXPECT_NE(("\n" + csv).find("\n" + std::string(cell) + ",\"add\""), std::string::npos) << cell << "\n"
                                                                                           << csv;
}

TEST_F(EngineLedgerTest, TellsOfACohortThatIsTooLarge) {
  EXPECT_EQ(freeze({"a", "b", "c"}, true, 0, 2).members(), 3U);
}

TEST_F(EngineLedgerTest, CutsPagesAndKeepsThoseOfOpenRuns) {
  std::vector<std::string> people;
  people.reserve(2300);
  for (int i = 0; i < 2300; ++i) people.push_back("p" + std::to_string(10000 + i));
  freeze(people, true);
  std::string all;
  for (const std::uint32_t number : {1U, 2U, 3U}) all += page(number);
  EXPECT_EQ(std::ranges::count(page(1), '{'), 1000);
  EXPECT_EQ(std::ranges::count(page(3), '{'), 300);
  for (const auto& id : people) ASSERT_NE(all.find("\"" + id + "\""), std::string::npos);
  const std::string kept = change_set();
  freeze({}, false, 0);
  EXPECT_EQ(page(1), "[]");
  EXPECT_EQ(page(2), "[]");
  ledger_->keep_only_pages({kept});
  EXPECT_FALSE(ledger_->read(change_set(), 1));
  EXPECT_TRUE(ledger_->read(kept, 3));
}

}  // namespace
}  // namespace bellwether::sync
