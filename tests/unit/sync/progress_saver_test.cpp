#include "sync/progress_saver.hpp"

#include <array>

#include <gtest/gtest.h>

#include "support/service_tables.hpp"
#include "support/temporary_folder.hpp"

namespace bellwether::sync {
namespace {

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

TEST(ProgressSaver, TheNewestStateAndEveryAttemptAreStored) {
  const bellwether::testing::TemporaryFolder folder;
  storage::GroupCommit writer(open_with_a_sync(folder.file("db")), {}, nullptr);
  sync::Run run;
  ASSERT_TRUE(writer.run([&](storage::Database& database) {
    run = create_run(database, *registry::find_sync(database, 1), "session", 1000, from_unix_ms(1));
  }));
  {
    ProgressSaver saver(writer, std::chrono::minutes(30));
    for (std::uint32_t page = 2; page <= 500; ++page) {
      run.phase = Phase::kSending;
      run.page = page;
      saver.add_attempt({.run_id = run.id, .page = page - 1});
      saver.save_soon(run);
    }
    run.phase = Phase::kSettling;
    ASSERT_TRUE(saver.save_now(run));
    finish(run, End::kSucceeded, "", from_unix_ms(5));
    ASSERT_TRUE(saver.save_now(run));
    run.page = 501;
    saver.save_soon(run);
  }
  writer.stop();
  storage::Database database(folder.file("db"), {});
  EXPECT_EQ(find_run(database, run.id)->page, 501U);
  EXPECT_EQ(list_attempts(database, run.id, std::nullopt, 1000).size(), 499U);
  EXPECT_EQ(find_snapshot(database, 1)->run_number, 1U);
  EXPECT_EQ(registry::find_sync(database, 1)->next_run_at, from_unix_ms(1) + std::chrono::minutes(30));
}

TEST(RunStore, OneOpenRunOfASync) {
  const bellwether::testing::TemporaryFolder folder;
  storage::Database database = open_with_a_sync(folder.file("db"));
  const auto sync = *registry::find_sync(database, 1);
  create_run(database, sync, "first", 1000, from_unix_ms(1));
  EXPECT_THROW(create_run(database, sync, "second", 1000, from_unix_ms(2)), storage::StorageError);
}

TEST(RunStore, TheNextRunIsPlannedFromThisOne) {
  const Timestamp begun = *parse_iso8601("2026-01-20T12:00:00Z");
  const Timestamp ended = begun + std::chrono::minutes(5);
  const Millis interval = std::chrono::minutes(30);
  struct Case {
    const char* what;
    Timestamp planned_before;
    Timestamp planned;
  };
  for (const auto& [what, planned_before, planned] :
       {Case{"it was due", begun, begun + interval},
        Case{"long due", begun - std::chrono::days(9), begun + interval},
        Case{"asked for meanwhile", begun + std::chrono::minutes(2), begun + std::chrono::minutes(2)},
        Case{"planned by a clock that was a day ahead", begun + std::chrono::days(1), begun + interval},
        Case{"two years ahead", begun + std::chrono::days(731), begun + interval}}) {
    const bellwether::testing::TemporaryFolder folder;
    storage::Database database = open_with_a_sync(folder.file("db"));
    registry::set_next_run(database, 1, planned_before);
    auto run = create_run(database, *registry::find_sync(database, 1), "session", 1000, begun);
    finish(run, End::kSucceeded, "", ended);
    finish_run(database, run, interval);
    EXPECT_EQ(registry::find_sync(database, 1)->next_run_at, planned) << what;
  }
}

TEST(RunStore, ARunThatWasResumedAndFailedMakesTheNextOneFull) {
  const bellwether::testing::TemporaryFolder folder;
  storage::Database database = open_with_a_sync(folder.file("db"));
  const auto sync = *registry::find_sync(database, 1);
  const auto play = [&](bool resumed, End how) {
    auto run = create_run(database, sync, "session", 1000, from_unix_ms(1));
    on_frozen(run, {});
    save_run(database, run);
    if (resumed) run = *find_open_run(database, 1);
    finish(run, how, "", from_unix_ms(2));
    finish_run(database, run, {});
    return run.full;
  };
  EXPECT_TRUE(play(false, End::kSucceeded));
  EXPECT_FALSE(play(false, End::kFailed));
  EXPECT_FALSE(play(true, End::kSucceeded));
  EXPECT_FALSE(play(true, End::kFailed));
  EXPECT_TRUE(play(false, End::kSucceeded));
  EXPECT_FALSE(play(false, End::kSucceeded));
}

}  // namespace
}  // namespace bellwether::sync
