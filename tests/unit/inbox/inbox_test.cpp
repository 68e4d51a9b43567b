#include "inbox/inbox.hpp"

#include <gtest/gtest.h>

#include "feed/feed.hpp"
#include "support/service_tables.hpp"

namespace bellwether::inbox {
namespace {

class Inbox : public ::testing::Test {
 protected:
  Inbox() : database_(":memory:", {}) { bellwether::testing::create_tables(database_, "subscriber"); }
  Stored put(const std::string& alert_id, const std::string& fired_at, const std::string& payload) {
    contract::CustomAlert alert;
    alert.alert_id = alert_id;
    alert.project_id = "8";
    alert.fired_at = fired_at;
    alert.report_type = "insights";
    return store(database_, alert, payload, from_unix_ms(5000));
  }

  storage::Database database_;
};

TEST_F(Inbox, KeepsEachFiringOnce) {
  const Stored first = put("1", "2026-02-06T10:53:30Z", "{\"a\":1}");
  const Stored again = put("1", "2026-02-06T10:53:30Z", "{\"a\":1}");
  const Stored other = put("1", "2026-02-06T11:53:30Z", "{\"a\":2}");
  EXPECT_FALSE(first.duplicate);
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.id, first.id);
  EXPECT_NE(other.id, first.id);
  EXPECT_EQ(list(database_, {}, 10).size(), 2U);
  EXPECT_EQ(feed::last_seq(database_), 2) << "a duplicate is no change";
}

TEST_F(Inbox, ListsNewestFirstByFilter) {
  put("1", "2026-02-06T10:00:00Z", "{\"a\":1}");
  put("2", "2026-02-06T11:00:00Z", "{\"a\":2}");
  put("1", "not a time", "{\"a\":3}");
  const auto all = list(database_, {}, 10);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].payload, "{\"a\":3}");
  EXPECT_EQ(list(database_, {.alert_id = "1"}, 10).size(), 2U);
  EXPECT_EQ(list(database_, {.project_id = "9"}, 10).size(), 0U);
  EXPECT_EQ(list(database_, {.report_type = "funnels"}, 10).size(), 0U);
  EXPECT_EQ(list(database_, {.from = parse_iso8601("2026-02-06T10:30:00Z")}, 10).size(), 1U);
  EXPECT_EQ(list(database_, {.until = parse_iso8601("2026-02-06T10:30:00Z")}, 10).size(), 2U)
      << "what has no time that reads counts by its arrival";
  EXPECT_EQ(list(database_, {.before_id = all[0].id}, 1).front().id, all[1].id);
  EXPECT_EQ(find(database_, all[1].id)->payload, "{\"a\":2}");
  EXPECT_FALSE(find(database_, 99));
}

TEST_F(Inbox, Trims) {
  put("1", "2026-02-06T10:00:00Z", "{\"a\":1}");
  EXPECT_EQ(trim(database_, from_unix_ms(5000), 10), 0U);
  EXPECT_EQ(trim(database_, from_unix_ms(5001), 10), 1U);
}

}  // namespace
}  // namespace bellwether::inbox
