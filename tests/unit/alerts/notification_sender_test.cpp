#include "alerts/notification_sender.hpp"

#include <array>
#include <atomic>
#include <new>
#include <thread>

#include <gtest/gtest.h>

#include "alerts/alert_store.hpp"
#include "support/scripted_endpoint.hpp"
#include "support/service_tables.hpp"
#include "support/temporary_folder.hpp"

namespace bellwether::alerts {
namespace {

using bellwether::testing::ScriptedEndpoint;
using namespace std::chrono_literals;

storage::Database open_with_an_alert(const std::string& path, const std::string& url) {
  storage::Database database(path, {.durable = false});
  bellwether::testing::create_tables(database, "publisher");
  database.script(
      "INSERT INTO project (id, name, token, secret) VALUES ('8', 'Shop', 'token', '');"
      "INSERT INTO report VALUES (1, '8', 'Sales', '', '{}', 0);"
      "INSERT INTO alert VALUES (1, '8', 1, 'High', '', '', '{}', '{}', 1, '{}', 0, '[]', '[]', '', 0, 0);");
  database.run("INSERT INTO webhook VALUES (1, '8', 'hook', ?1, '', '', 1, 'mixpanel')", url);
  return database;
}

/// A publisher's storage with one alert and one webhook.
class NotificationSenderTest : public ::testing::Test {
 protected:
  void open(const std::string& url) {
    writer_.emplace(open_with_an_alert(folder_.file("db"), url), storage::GroupCommit::Limits{}, nullptr);
    readers_.emplace(folder_.file("db"));
  }

  void enqueue(Timestamp due) {
    ASSERT_TRUE(writer_->run([&](storage::Database& database) {
      insert_notification(
          database,
          {.alert_id = 1, .webhook_id = 1, .body = "{}", .next_attempt_at = due, .created_at = system_now()});
    }));
  }

  std::size_t delivered() {
    std::size_t count = 0;
    for (const auto& one : list_notifications(*readers_->borrow(), 1, std::nullopt, 100))
      count += one.state == "delivered" ? 1 : 0;
    return count;
  }

  void wait_until_delivered(std::size_t count) {
    for (auto waited = 0ms; waited < 60s && delivered() < count; waited += 20ms)
      std::this_thread::sleep_for(20ms);
    EXPECT_EQ(delivered(), count);
  }

  bellwether::testing::TemporaryFolder folder_;
  std::optional<storage::GroupCommit> writer_;
  std::optional<storage::ReaderPool> readers_;
  const net::EgressGuard guard_ = *net::EgressGuard::make({.https_only = false, .allow = {"127.0.0.1"}});
};

TEST_F(NotificationSenderTest, GoesOnAfterAnyException) {
  ScriptedEndpoint endpoint(
      {{ScriptedEndpoint::ok("")}, {ScriptedEndpoint::ok("")}, {ScriptedEndpoint::ok("")}});
  open(endpoint.url());
  std::atomic<int> attempts = 0;
  NotificationSender notification_sender({.parallel = 1}, {*writer_, *readers_, guard_},
                                         [&](const Notification&) {
                                           const int attempt = ++attempts;
                                           if (attempt == 1) throw std::bad_alloc();
                                           if (attempt == 2) throw 7;
                                         });
  for (int i = 0; i < 3; ++i) enqueue(system_now());
  notification_sender.start();
  wait_until_delivered(3);
  notification_sender.stop();
  EXPECT_EQ(attempts, 3);
}

TEST_F(NotificationSenderTest, SendsWhatAClockThatWasAheadHasPutOff) {
  ScriptedEndpoint endpoint({{ScriptedEndpoint::ok("")}, {ScriptedEndpoint::ok("")}});
  open(endpoint.url());
  enqueue(system_now() + std::chrono::days(1));
  enqueue(system_now() + std::chrono::days(731));
  NotificationSender notification_sender({.parallel = 1}, {*writer_, *readers_, guard_},
                                         [](const Notification&) {});
  notification_sender.start();
  wait_until_delivered(2);
}

TEST_F(NotificationSenderTest, WaitsForAPauseThatCanBe) {
  open("http://127.0.0.1:9/");
  const Timestamp now = system_now();
  enqueue(now + 20s);
  EXPECT_TRUE(due_notifications(*readers_->borrow(), now, {}, 9).empty());
  EXPECT_EQ(due_notifications(*readers_->borrow(), now + 20s, {}, 9).size(), 1U);
  EXPECT_EQ(due_notifications(*readers_->borrow(), now - 1h, {}, 9).size(), 1U) << "the clock was set back";
}

}  // namespace
}  // namespace bellwether::alerts
