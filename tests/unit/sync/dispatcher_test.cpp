#include "sync/dispatcher.hpp"

#include <array>
#include <atomic>
#include <future>
#include <new>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "events/engine.hpp"
#include "storage/clock_times.hpp"
#include "support/service_tables.hpp"
#include "support/temporary_folder.hpp"

namespace bellwether::sync {
namespace {

using ::testing::HasSubstr;

/// An engine that has no memory for its first calls, and then refuses them as an engine does.
class FailingEngine final : public events::Engine {
 public:
  explicit FailingEngine(int throws) : throws_(throws) {}

  std::expected<std::string, events::EngineError> run(std::string_view, const events::Parameters&,
                                                      std::string_view,
                                                      const events::QueryOptions&) override {
    return std::unexpected(fail());
  }
  std::expected<void, events::EngineError> stream(std::string_view, const events::Parameters&,
                                                  std::string_view, const events::QueryOptions&,
                                                  const std::function<bool(std::string_view)>&) override {
    return std::unexpected(fail());
  }
  std::expected<void, events::EngineError> insert(std::string_view, std::string_view,
                                                  const events::QueryOptions&) override {
    return std::unexpected(fail());
  }
  int calls() const { return calls_; }

 private:
  events::EngineError fail() {
    if (++calls_ <= throws_) throw std::bad_alloc();
    return {events::EngineError::Kind::kUnavailable, 0, "no engine here"};
  }

  const int throws_;
  std::atomic<int> calls_ = 0;
};

storage::Database open_with_a_sync(const std::string& path) {
  storage::Database database(path, {.durable = false});
  bellwether::testing::create_tables(database, "publisher");
  database.script(
      "INSERT INTO project (id, name, token, secret) VALUES ('8', 'Shop', 'token', '');"
      "INSERT INTO cohort VALUES (12, '8', 'Cohort', '', '', 'list', 0);"
      "INSERT INTO destination VALUES (1, '8', 'receiver', 'https://example.com/', '', '', 1);"
      "INSERT INTO sync VALUES (1, 'key', '8', 12, 1, '[]', 1, '', 'active', '', 0);");
  return database;
}

TEST(DispatcherTest, GoesOnAfterAnyException) {
  const bellwether::testing::TemporaryFolder folder;
  storage::GroupCommit writer(open_with_a_sync(folder.file("db")), {}, nullptr);
  storage::ReaderPool readers(folder.file("db"));
  FailingEngine engine(2);
  EngineLedger ledger(engine, {folder.file("pages")});
  const net::EgressGuard guard;
  std::promise<sync::Run> first;
  std::promise<sync::Run> second;
  int ended = 0;
  Dispatcher dispatcher({}, {writer, readers, ledger, guard},
                        {.on_attempt = [](const Attempt&) {},
                         .on_ended =
                             [&](const registry::Sync&, const sync::Run& run) {
                               ++ended;
                               if (ended == 1) first.set_value(run);
                               if (ended == 1) throw std::bad_alloc();
                               if (ended == 2) second.set_value(run);
                             }});
  dispatcher.start();
  // The run that was cut off twice is taken up again, and ends when the engine answers.
  auto whole = first.get_future();
  ASSERT_EQ(whole.wait_for(std::chrono::seconds(60)), std::future_status::ready);
  EXPECT_THAT(whole.get().message, HasSubstr("no engine here"));
  EXPECT_GE(engine.calls(), 3);
  // And what an observer threw ends nothing: the next run begins.
  ASSERT_TRUE(
      writer.run([](storage::Database& database) { registry::set_next_run(database, 1, system_now()); }));
  dispatcher.wake();
  auto next = second.get_future();
  ASSERT_EQ(next.wait_for(std::chrono::seconds(60)), std::future_status::ready);
  EXPECT_EQ(next.get().number, 2U);
  dispatcher.stop();
  writer.stop();
}

TEST(DispatcherTest, BeginsWhatAClockThatWasAheadHasPutOff) {
  const bellwether::testing::TemporaryFolder folder;
  storage::GroupCommit writer(open_with_a_sync(folder.file("db")), {}, nullptr);
  storage::ReaderPool readers(folder.file("db"));
  ASSERT_TRUE(writer.run([](storage::Database& database) {
    registry::set_next_run(database, 1, system_now() + std::chrono::days(366));
  }));
  FailingEngine engine(0);
  EngineLedger ledger(engine, {folder.file("pages")});
  const net::EgressGuard guard;
  std::promise<void> begun;
  std::atomic<bool> told = false;
  Dispatcher dispatcher({}, {writer, readers, ledger, guard},
                        {.on_attempt = [](const Attempt&) {},
                         .on_ended =
                             [&](const registry::Sync&, const sync::Run&) {
                               if (!told.exchange(true)) begun.set_value();
                             }});
  dispatcher.start();
  ASSERT_EQ(begun.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
  dispatcher.stop();
  const Timestamp planned = registry::find_sync(*readers.borrow(), 1)->next_run_at;
  EXPECT_LT(planned, system_now() + std::chrono::hours(1));
  writer.stop();
}

/// Old runs, each with the newest as the sync's snapshot.
void add_old_runs(storage::GroupCommit& writer) {
  ASSERT_TRUE(writer.run([](storage::Database& database) {
    for (int i = 0; i < 3; ++i) {
      auto run = create_run(database, *registry::find_sync(database, 1), "session", 1000,
                            system_now() - std::chrono::days(100 - i));
      finish(run, End::kSucceeded, "", run.started_at);
      finish_run(database, run, std::chrono::minutes(30));
    }
  }));
}

TEST(DispatcherTest, RemovesOldRunsOnlyByAClockThatIsTrusted) {
  struct Case {
    const char* what;
    std::optional<Millis> looked_before;
    std::size_t left;
  };
  for (const auto& [what, looked_before, left] :
       {Case{"it looked a minute ago", std::chrono::minutes(1), 1},
        Case{"the clock jumped", std::chrono::days(99), 3}, Case{"it has never looked", std::nullopt, 3}}) {
    const bellwether::testing::TemporaryFolder folder;
    storage::GroupCommit writer(open_with_a_sync(folder.file("db")), {}, nullptr);
    storage::ReaderPool readers(folder.file("db"));
    add_old_runs(writer);
    ASSERT_TRUE(writer.run([&, before = looked_before](storage::Database& database) {
      registry::set_sync_state(database, 1, registry::SyncState::kPaused, "");
      if (before) storage::store_clock(database, "sync runs", system_now() - *before);
    }));
    FailingEngine engine(0);
    EngineLedger ledger(engine, {folder.file("pages")});
    const net::EgressGuard guard;
    Dispatcher dispatcher({}, {writer, readers, ledger, guard},
                          {[](const auto&) {}, [](const auto&, const auto&) {}});
    dispatcher.start();
    const auto runs = [&] { return list_runs(*readers.borrow(), 1, std::nullopt, 10).size(); };
    for (int i = 0; i < (left == 3 ? 50 : 1500) && runs() != 1; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_EQ(runs(), left) << what;
    dispatcher.stop();
    writer.stop();
  }
}

}  // namespace
}  // namespace bellwether::sync
