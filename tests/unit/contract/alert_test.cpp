#include "contract/alert.hpp"

#include <gtest/gtest.h>

namespace bellwether::contract {
namespace {

TEST(Alert, DecodesWhatOneFiltersBy) {
  const auto alert = decode_alert(
      R"({"event_type":"custom_alert_triggered","alert":{"id":4021,"name":"[TEST] Drop","project_id":8,
          "fired_at":"2026-02-06T10:53:30Z","extra":{"a":[1]}},"condition":{"threshold":0,"sentence":"above 0"},
          "report":{"name":"Sign-ups","type":"insights","url":"https://example.com"},"links":{},"more":[]})",
      {});
  ASSERT_TRUE(alert) << alert.error().describe();
  EXPECT_EQ(alert->alert_id, "4021");
  EXPECT_EQ(alert->alert_name, "[TEST] Drop");
  EXPECT_TRUE(alert->is_test());
  EXPECT_EQ(alert->project_id, "8");
  EXPECT_EQ(alert->fired_at, "2026-02-06T10:53:30Z");
  EXPECT_EQ(alert->report_type, "insights");
  EXPECT_EQ(alert->report_name, "Sign-ups");
  EXPECT_EQ(alert->sentence, "above 0");
}

TEST(Alert, IsUnknownWithoutTheFivePartsAndNeedsNothingInThem) {
  const std::string whole =
      R"({"event_type":"custom_alert_triggered","alert":{},"condition":{},"report":{},"links":{}})";
  const auto alert = decode_alert(whole, {});
  ASSERT_TRUE(alert) << alert.error().describe();
  EXPECT_FALSE(alert->is_unknown);
  EXPECT_EQ(alert->alert_id, std::nullopt);
  for (const char* part : {"event_type", "alert", "condition", "report", "links"}) {
    std::string body = whole;
    body.replace(body.find("\"" + std::string(part) + "\":") + 1, std::string_view(part).size(), "other");
    const auto decoded = decode_alert(body, {});
    ASSERT_TRUE(decoded) << part;
    EXPECT_TRUE(decoded->is_unknown) << part;
  }
}

TEST(Alert, TakesAnyJsonAndNothingAtAll) {
  for (const char* body :
       {"", "{}", "[]", "null", "true", "7", "\"test\"", R"({"event_type":"webhook_test"})",
        R"({"event_type":7,"alert":[],"links":"x"})", R"([{"event_type":"a"}])"}) {
    const auto decoded = decode_alert(body, {});
    ASSERT_TRUE(decoded) << body << ": " << decoded.error().describe();
    EXPECT_TRUE(decoded->is_unknown) << body;
  }
}

TEST(Alert, RefusesWhatIsNotJson) {
  for (const char* body :
       {" \n", "nonsense", "{", "{} {}", "[1,]", "nul", "truee", "\"", "7x", R"({"alert":{"id":01}})"}) {
    const auto decoded = decode_alert(body, {});
    ASSERT_FALSE(decoded) << body;
    EXPECT_EQ(decoded.error().kind, DecodeError::Kind::kMalformed) << body;
  }
}

}  // namespace
}  // namespace bellwether::contract
