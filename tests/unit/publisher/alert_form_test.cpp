#include "publisher/alert_form.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bellwether::publisher {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// As a browser sends what the form shows.
net::QueryParameters send(const AlertForm& form) {
  net::QueryParameters fields{{"name", form.name},           {"condition", form.condition},
                              {"threshold", form.threshold}, {"confidence", form.confidence},
                              {"direction", form.direction}, {"frequency", form.frequency},
                              {"time_zone", form.time_zone}, {"emails", form.emails}};
  for (std::size_t i = 0; i < form.windows.size(); ++i) {
    const std::string prefix = "window" + std::to_string(i) + "_";
    fields.emplace_back(prefix + "start_day", form.windows[i].start_day);
    fields.emplace_back(prefix + "end_day", form.windows[i].end_day);
    fields.emplace_back(prefix + "start_time", form.windows[i].start_time);
    fields.emplace_back(prefix + "end_time", form.windows[i].end_time);
  }
  if (form.paused) fields.emplace_back("paused", "on");
  for (const std::string& id : form.webhooks) fields.emplace_back("webhook", id);
  return fields;
}

alerts::Alert with_windows(const char* json) {
  alerts::Alert alert{.name = "Low"};
  alert.windows = *alerts::parse_windows(json);
  return alert;
}

TEST(AlertFormTest, SavedAsItIsItChangesNothing) {
  alerts::Alert full{.name = "Low"};
  full.condition = {alerts::Condition::Kind::kPercentDecrease, 12.5};
  full.frequency = std::chrono::minutes(90);
  full.paused = true;
  full.webhooks = {3, 7};
  full.emails = {"ada@example.com", "bob@example.com"};
  alerts::Alert unusual{.name = "Odd"};
  unusual.condition = {alerts::Condition::Kind::kAnomaly, 0, 0.995, alerts::Condition::Direction::kDown};
  for (
      const alerts::Alert& alert :
      {full, unusual, with_windows(R"({"windows": [{"start_day": 0, "end_day": 4}]})"),
       with_windows(
           R"({"time_zone": "Europe/Berlin", "windows": [{"start_day": 4, "end_day": 7, "start_time": "18:00", "end_time": "08:30"}]})"),
       with_windows(
           R"({"windows": [{"start_day": 5, "end_day": 6}, {"start_day": 6, "end_day": 7, "start_time": "00:05", "end_time": "00:00"}]})")}) {
    alerts::Alert changed = alert;
    EXPECT_EQ(apply_form(read_form(send(to_form(alert))), changed), std::nullopt);
    EXPECT_EQ(to_json(changed.condition), to_json(alert.condition));
    EXPECT_EQ(to_json(changed.windows), to_json(alert.windows));
    EXPECT_EQ(changed.frequency, alert.frequency);
    EXPECT_EQ(changed.paused, alert.paused);
    EXPECT_EQ(changed.webhooks, alert.webhooks);
    EXPECT_EQ(changed.emails, alert.emails);
  }
}

TEST(AlertFormTest, SaysWhatIsWrongAndChangesNothing) {
  struct Case {
    std::pair<std::string, std::string> field;
    const char* expected;
  };
  for (const Case& one : {
           Case{{"threshold", "much"}, "Threshold must be a number"},
           Case{{"threshold", "inf"}, "Threshold must be a number"},
           Case{{"condition", "sideways"}, "Condition"},
           Case{{"frequency", "often"}, "At most every must be a time"},
           Case{{"time_zone", "Mars/Base"}, "time_zone"},
           Case{{"webhook", "all"}, "webhook"},
           Case{{"window0_start_day", "9"}, "Notification windows"},
       }) {
    net::QueryParameters fields = send(to_form({.name = "Low"}));
    std::erase_if(fields, [&](const auto& field) { return field.first == one.field.first; });
    fields.push_back(one.field);
    fields.emplace_back("emails", "x");
    alerts::Alert alert{.name = "Low"};
    const auto wrong = apply_form(read_form(fields), alert);
    ASSERT_TRUE(wrong) << one.field.first;
    EXPECT_THAT(*wrong, HasSubstr(one.expected));
    EXPECT_EQ(alert.emails.size(), 0U);
  }
}

TEST(AlertFormTest, ReadsListsAsPeopleTypeThem) {
  net::QueryParameters fields = send(to_form({.name = "Low"}));
  std::erase_if(fields, [](const auto& field) { return field.first == "emails"; });
  fields.emplace_back("emails", " ada@example.com ,, bob@example.com,");
  alerts::Alert alert;
  ASSERT_EQ(apply_form(read_form(fields), alert), std::nullopt);
  EXPECT_THAT(alert.emails, ElementsAre("ada@example.com", "bob@example.com"));
}

}  // namespace
}  // namespace bellwether::publisher
