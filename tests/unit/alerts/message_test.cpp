#include "alerts/message.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "alerts/mail.hpp"
#include "base/shorten.hpp"
#include "base/utf8.hpp"

namespace bellwether::alerts {
namespace {

namespace json = boost::json;
using registry::Webhook;
using ::testing::HasSubstr;
using ::testing::Not;

/// An alert of any segment that fired in one with a label of a megabyte.
contract::AlertMessage message_with(std::string_view character) {
  std::string label;
  while (label.size() < (1U << 20U)) label += character;
  const Alert alert{.id = 7,
                    .project_id = "8",
                    .report_id = 3,
                    .name = std::string(50, '&'),
                    .watch = {.metric = "Sales", .scope = Watch::Scope::kAny}};
  const Firing firing{.bucket = *parse_iso8601("2026-02-06"),
                      .bucket_end = *parse_iso8601("2026-02-07"),
                      .segment = {label},
                      .others = 12,
                      .observation = {.value = 5},
                      .finding = {5, 1, 4, true},
                      .format = {}};
  return to_message(
      alert, firing,
      {"https://bellwether.example.com", std::string(100, '<'), std::string(100, '>'), "insights"},
      *parse_iso8601("2026-02-07T00:05:00Z"), false);
}

TEST(AlertMessages, AreSmallEnoughForTheirReceivers) {
  for (const char* character : {"x", "&", "é", "🙂", "\"", "\n"}) {
    const auto message = message_with(character);
    for (const auto format : {Webhook::Format::kMixpanel, Webhook::Format::kSlack,
                              Webhook::Format::kAlertmanager, Webhook::Format::kPagerduty}) {
      const std::string body = encode(message, {.password = "key", .format = format});
      EXPECT_LT(body.size(), 16U << 10U) << character << " " << registry::to_string(format);
      EXPECT_TRUE(is_utf8(body));
    }
    const json::value slack = json::parse(encode(message, {.format = Webhook::Format::kSlack}));
    const auto& section = slack.at("blocks").at(0).at("text").at("text").as_string();
    EXPECT_LE(count_characters(section), 3000U) << "Slack's limit of a section, for " << character;
    const json::value pager = json::parse(encode(message, {.format = Webhook::Format::kPagerduty}));
    EXPECT_LE(pager.at("payload").at("summary").as_string().size(), 1024U) << "PagerDuty's limit";
    const MailContent mail = to_mail(message, "");
    EXPECT_LT(mail.text.size(), 4096U);
    EXPECT_LT(mail.html.size(), 8192U);
  }
}

TEST(AlertMessages, APagersSummaryIsCutBetweenCharacters) {
  contract::AlertMessage message{.alert_name = "a", .formatted_value = "1", .report_name = "r"};
  for (int i = 0; i < 600; ++i) message.sentence += "é";
  const json::value pager = json::parse(encode(message, {.format = Webhook::Format::kPagerduty}));
  const std::string summary(pager.at("payload").at("summary").as_string());
  EXPECT_TRUE(is_utf8(summary));
  EXPECT_GT(summary.size(), 1020U);
}

TEST(AlertMessages, APagersKeyIsNotStored) {
  const Webhook pager{
      .url = "https://one.example/", .password = R"(k"e\y)", .format = Webhook::Format::kPagerduty};
  const std::string stored = encode(message_with("x"), pager);
  EXPECT_THAT(stored, Not(HasSubstr("k\\\"e")));
  const json::value sent = json::parse(request_to(pager, stored).body);
  EXPECT_EQ(sent.at("routing_key").as_string(), pager.password);
  EXPECT_EQ(sent.at("event_action").as_string(), "trigger");
}

TEST(AlertMessages, AStoredKeyDoesNotGoToAnotherAddress) {
  // As an older version stored it, before the webhook got another address and key, or another format.
  const std::string stored = R"({"routing_key":"old \"key\\","event_action":"trigger"})";
  const Webhook moved{
      .url = "https://two.example/", .password = "new", .format = Webhook::Format::kPagerduty};
  EXPECT_EQ(request_to(moved, stored).body, R"({"routing_key":"new","event_action":"trigger"})");
  const Webhook other{.url = "https://two.example/", .format = Webhook::Format::kSlack};
  EXPECT_EQ(request_to(other, stored).body, R"({"routing_key":"","event_action":"trigger"})");
  EXPECT_EQ(request_to(other, R"({"text":"x"})").body, R"({"text":"x"})");
}

}  // namespace
}  // namespace bellwether::alerts
