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

TEST(Alert, NeedsTheFivePartsAndNothingInThem) {
  const std::string whole =
      R"({"event_type":"custom_alert_triggered","alert":{},"condition":{},"report":{},"links":{}})";
  const auto alert = decode_alert(whole, {});
  ASSERT_TRUE(alert) << alert.error().describe();
  EXPECT_EQ(alert->alert_id, std::nullopt);
  for (const char* part : {"event_type", "alert", "condition", "report", "links"}) {
    std::string body = whole;
    body.replace(body.find("\"" + std::string(part) + "\":") + 1, std::string_view(part).size(), "other");
    const auto decoded = decode_alert(body, {});
    ASSERT_FALSE(decoded) << part;
    EXPECT_EQ(decoded.error().path, part);
  }
}

TEST(Alert, RefusesOtherEvents) {
  const auto decoded = decode_alert(R"({"event_type":"something_else"})", {});
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().describe(),
            R"(event_type: expected "custom_alert_triggered", found "something_else")");
  EXPECT_FALSE(decode_alert(R"({"event_type":"custom_alert_triggered","alert":[]})", {}));
}

}  // namespace
}  // namespace bellwether::contract
