#include "publisher/operator_notifier.hpp"

#include <future>

#include <gtest/gtest.h>

namespace bellwether::publisher {
namespace {

bool takes_all(const OperatorMessage&) {
  return true;
}

TEST(OperatorNotifier, GoesOnAfterAnyExceptionOfAChannel) {
  std::promise<std::string> first;
  std::promise<std::string> second;
  int sent = 0;
  OperatorNotifier notifier({{"broken", takes_all, [](const OperatorMessage&) -> Result<void> { throw 42; }},
                             {"sound", takes_all, [&](const OperatorMessage& message) -> Result<void> {
                                ++sent;
                                (sent == 1 ? first : second).set_value(message.subject);
                                return {};
                              }}});
  notifier.tell({.subject = "one"});
  notifier.tell({.subject = "two"});
  auto one = first.get_future();
  auto two = second.get_future();
  ASSERT_EQ(one.wait_for(std::chrono::seconds(60)), std::future_status::ready);
  ASSERT_EQ(two.wait_for(std::chrono::seconds(60)), std::future_status::ready);
  EXPECT_EQ(one.get(), "one");
  EXPECT_EQ(two.get(), "two");
}

TEST(OperatorNotifier, StopsWhileAMessageWaitsForItsNextTry) {
  std::promise<void> tried;
  OperatorNotifier notifier({{"refusing", takes_all, [&](const OperatorMessage&) -> Result<void> {
                                tried.set_value();
                                return fail("not now");
                              }}});
  notifier.tell({.subject = "one"});
  ASSERT_EQ(tried.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
  notifier.stop();
}

TEST(OperatorNotifier, HasTheChannelsThatAreConfigured) {
  NotifyOptions options;
  EXPECT_TRUE(operator_channels(options).empty());
  options.webhook_url = "http://127.0.0.1:9/";
  options.smtp.url = "smtp://127.0.0.1:9";
  const auto channels = operator_channels(options);
  ASSERT_EQ(channels.size(), 2U);
  EXPECT_FALSE(channels[0].takes({.to = "", .subject = "nobody has an address"}));
  EXPECT_TRUE(channels[1].takes({.to = "", .subject = "nobody has an address"}));
}

}  // namespace
}  // namespace bellwether::publisher
