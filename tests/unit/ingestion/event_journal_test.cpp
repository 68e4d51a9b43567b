#include "ingestion/event_journal.hpp"

#include <atomic>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingestion/caught_up_engine.hpp"
#include "support/temporary_folder.hpp"

namespace bellwether::ingestion {
namespace {

using events::EngineError;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

/// Keeps the rows that it is given; slow, away or choosy as it is told.
class Table final : public events::Engine {
 public:
  std::atomic<bool> away = false;
  std::atomic<int> slow_ms = 0;

  std::expected<std::string, EngineError> run(std::string_view, const events::Parameters&, std::string_view,
                                              const events::QueryOptions&) override {
    const std::scoped_lock lock(mutex_);
    return fmt::format("{}", rows_.size());
  }
  std::expected<void, EngineError> stream(std::string_view, const events::Parameters&, std::string_view,
                                          const events::QueryOptions&,
                                          const std::function<bool(std::string_view)>&) override {
    return {};
  }
  std::expected<void, EngineError> insert(std::string_view statement, std::string_view rows,
                                          const events::QueryOptions&) override {
    std::this_thread::sleep_for(Millis(slow_ms));
    if (away) return std::unexpected(EngineError{EngineError::Kind::kUnavailable, 0, "away"});
    if (rows.contains("bad")) return std::unexpected(EngineError{EngineError::Kind::kQuery, 27, "refused"});
    const std::scoped_lock lock(mutex_);
    ++inserts_;
    const bool is_identity = statement.contains("identity");
    for (std::size_t at = 0; at < rows.size();) {
      const std::size_t end = rows.find('\n', at);
      (is_identity ? links_ : rows_).emplace_back(rows.substr(at, end - at));
      at = end + 1;
    }
    return {};
  }

  std::vector<std::string> rows() {
    const std::scoped_lock lock(mutex_);
    return rows_;
  }
  std::size_t links() {
    const std::scoped_lock lock(mutex_);
    return links_.size();
  }
  std::size_t inserts() {
    const std::scoped_lock lock(mutex_);
    return inserts_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> rows_;
  std::vector<std::string> links_;
  std::size_t inserts_ = 0;
};

class Journal : public ::testing::Test {
 protected:
  /// The process that runs, and the next.
  struct Process {
    Process(Table& table, const std::string& file, std::vector<std::string>& refused,
            const EventJournal::Limits& limits = {})
        : writer(table, {.delay = Millis(0)}),
          journal(EventJournal::open(file).value(), writer, limits,
                  {.on_refused =
                       [&refused](const auto& rows) {
                         for (const RefusedRow& row : rows) refused.push_back(row.row);
                       },
                   .on_passed = {}}) {}
    ~Process() { journal.stop(Millis(0)); }

    Written write(const std::string& rows, std::vector<IdentityLink> links = {}) {
      std::promise<Written> answer;
      EventBatch batch;
      batch.rows = rows;
      batch.links = std::move(links);
      if (!journal.write(std::move(batch), [&](const Written& written) { answer.set_value(written); }))
        return std::unexpected(EngineError{EngineError::Kind::kLimit, 0, "full"});
      return answer.get_future().get();
    }

    EventWriter writer;
    EventJournal journal;
  };

  static void wait_until(const std::function<bool()>& true_now) {
    for (int i = 0; i < 2000 && !true_now(); ++i) std::this_thread::sleep_for(Millis(10));
    EXPECT_TRUE(true_now());
  }
  std::int64_t entries() {
    storage::Database database(file_, {.access = storage::Database::Access::kReadOnly});
    auto count = database.query("SELECT count(*) FROM entry");
    count.next();
    return count.integer(0);
  }

  bellwether::testing::TemporaryFolder folder_;
  const std::string file_ = folder_.file("journal.db");
  Table table_;
  std::vector<std::string> refused_;
};

TEST_F(Journal, WhoReadsSeesWhatWasAcknowledgedBefore) {
  table_.slow_ms = 50;
  Process process(table_, file_, refused_);
  CaughtUpEngine engine(table_, process.journal);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(process.write(fmt::format("{}\n", i)));
    EXPECT_EQ(engine.run("SELECT", {}, "", {}).value(), fmt::format("{}", i + 1));
  }
  wait_until([&] { return entries() == 0; });
}

TEST_F(Journal, ManySmallRequestsAreFewInserts) {
  table_.slow_ms = 100;
  Process process(table_, file_, refused_);
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(process.write(fmt::format("{}\n", i)));
  ASSERT_TRUE(process.journal.catch_up());
  EXPECT_EQ(table_.rows().size(), 500U);
  EXPECT_LT(table_.inserts(), 100U);
}

TEST_F(Journal, WhatTheEngineDoesNotTakeIsThereForTheNextProcess) {
  table_.away = true;
  {
    Process process(table_, file_, refused_);
    ASSERT_TRUE(process.write("a\n", {{"8", "alias", "person"}}));
    ASSERT_TRUE(process.write("b\n"));
    // Nothing that would lack them is read, and nothing waits for what does not come.
    wait_until([&] { return process.journal.queued_bytes() > 0; });
    CaughtUpEngine engine(table_, process.journal);
    const auto read = engine.run("SELECT", {}, "", {});
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().message,
              "events that were acknowledged are not in the event engine yet: it does not take them: away");
    EXPECT_TRUE(table_.rows().empty());
  }
  EXPECT_EQ(entries(), 2);
  table_.away = false;
  Process next(table_, file_, refused_);
  ASSERT_TRUE(next.journal.catch_up());
  EXPECT_THAT(table_.rows(), UnorderedElementsAre("a", "b"));
  EXPECT_EQ(table_.links(), 1U);
  wait_until([&] { return entries() == 0; });
}

TEST_F(Journal, AnEngineThatComesBackGetsEverything) {
  Process process(table_, file_, refused_);
  table_.away = true;
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(process.write(fmt::format("{}\n", i)));
  table_.away = false;
  wait_until([&] { return table_.rows().size() == 30; });
  ASSERT_TRUE(process.write("after\n"));
  ASSERT_TRUE(process.journal.catch_up());
  EXPECT_EQ(table_.rows().back(), "after");
  wait_until([&] { return entries() == 0; });
}

TEST_F(Journal, RowsThatTheEngineRefusesAreToldAndKeepNothingBack) {
  Process process(table_, file_, refused_);
  ASSERT_TRUE(process.write("a\nbad\nb\n"));
  ASSERT_TRUE(process.journal.catch_up());
  wait_until([&] { return entries() == 0; });
  EXPECT_THAT(table_.rows(), UnorderedElementsAre("a", "b"));
  EXPECT_THAT(refused_, ElementsAre("bad\n"));
}

TEST_F(Journal, IsBoundedWhileTheEngineIsAway) {
  table_.away = true;
  Process process(table_, file_, refused_, {.journal_bytes = 100});
  ASSERT_TRUE(process.write(std::string(200, 'x') + "\n"));
  wait_until([&] { return process.journal.queued_bytes() >= 200; });
  EXPECT_FALSE(process.write("y\n"));
}

TEST_F(Journal, ADamagedEntryKeepsNothingBack) {
  table_.away = true;
  {
    Process process(table_, file_, refused_);
    ASSERT_TRUE(process.write("a\n"));
    ASSERT_TRUE(process.write("b\n"));
  }
  {
    storage::Database database(file_, {});
    database.run("UPDATE entry SET payload = x'00ff' WHERE number = 1");
  }
  table_.away = false;
  Process next(table_, file_, refused_);
  wait_until([&] { return table_.rows().size() == 1; });
  EXPECT_THAT(table_.rows(), ElementsAre("b"));
  wait_until([&] { return entries() == 1; });
}

}  // namespace
}  // namespace bellwether::ingestion
