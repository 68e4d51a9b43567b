#include <array>
#include <fstream>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/data_dir.hpp"
#include "storage/database.hpp"
#include "storage/group_commit.hpp"
#include "storage/migrations.hpp"
#include "storage/reader_pool.hpp"
#include "unit/temporary_folder.hpp"

namespace bellwether::storage {
namespace {

using bellwether::testing::TemporaryFolder;

class Storage : public ::testing::Test {
 protected:
  Database open(const std::string& name = "a.db") { return {folder_.file(name), {}}; }
  static std::int64_t count(Database& database) {
    auto query = database.query("SELECT count(*) FROM t");
    query.next();
    return query.integer(0);
  }

  TemporaryFolder folder_;
};

TEST_F(Storage, BindsAndReadsValues) {
  Database database = open();
  database.script("CREATE TABLE t (a, b, c, d)");
  database.run("INSERT INTO t VALUES (?1, ?2, ?3, ?4)", 7, std::string("x\0y", 3),
               std::optional<std::string>(), Blob{"\xff"});
  auto query = database.query("SELECT a, b, c, d FROM t");
  ASSERT_TRUE(query.next());
  EXPECT_EQ(query.integer(0), 7);
  EXPECT_EQ(query.text(1), std::string("x\0y", 3));
  EXPECT_TRUE(query.is_null(2));
  EXPECT_EQ(query.optional_text(2), std::nullopt);
  EXPECT_EQ(query.text(3), "\xff");
  EXPECT_FALSE(query.next());
}

TEST_F(Storage, TransactionRollsBackUnlessCommitted) {
  Database database = open();
  database.script("CREATE TABLE t (a)");
  {
    Transaction transaction(database);
    database.run("INSERT INTO t VALUES (1)");
  }
  EXPECT_EQ(count(database), 0);
  Transaction transaction(database);
  database.run("INSERT INTO t VALUES (1)");
  transaction.commit();
  EXPECT_EQ(count(database), 1);
}

TEST_F(Storage, MigratesStepByStepAndRefusesANewerFile) {
  Database database = open();
  const std::array<const char*, 1> first{"CREATE TABLE t (a)"};
  const std::array<const char*, 2> both{"CREATE TABLE t (a)", "ALTER TABLE t ADD COLUMN b"};
  ASSERT_TRUE(migrate(database, first));
  database.run("INSERT INTO t VALUES (1)");
  ASSERT_TRUE(migrate(database, both));
  ASSERT_TRUE(migrate(database, both)) << "a second time changes nothing";
  database.run("INSERT INTO t VALUES (1, 2)");
  const auto refused = migrate(database, first);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("version 2"));
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("up to 1"));
}

TEST_F(Storage, ADataFolderBelongsToOne) {
  const auto first = DataDir::lock(folder_.file("data"));
  ASSERT_TRUE(first) << first.error().message;
  const auto second = DataDir::lock(folder_.file("data"));
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, ::testing::HasSubstr("in use by process " + std::to_string(getpid())));
}

TEST_F(Storage, BackupIsACopyAndOverwritesNothing) {
  Database database = open();
  database.script("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
  database.backup_to(folder_.file("copy.db"));
  Database copy = open("copy.db");
  EXPECT_EQ(count(copy), 1);
  EXPECT_THROW(database.backup_to(folder_.file("copy.db")), StorageError);
}

TEST_F(Storage, ReadersSeeWhatIsCommitted) {
  Database database = open();
  database.script("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
  ReaderPool readers(folder_.file("a.db"));
  const auto one = readers.borrow();
  Transaction snapshot(*one, Transaction::Kind::kRead);
  EXPECT_EQ(count(*one), 1);
  database.script("INSERT INTO t VALUES (2)");
  EXPECT_EQ(count(*one), 1) << "its snapshot does not move";
  const auto other = readers.borrow();
  EXPECT_EQ(count(*other), 2);
  EXPECT_THROW(other->script("INSERT INTO t VALUES (3)"), StorageError);
}

class Commit : public Storage {
 protected:
  std::unique_ptr<GroupCommit> start(const GroupCommit::Limits& limits = {}) {
    Database database = open();
    database.script("CREATE TABLE t (a UNIQUE)");
    return std::make_unique<GroupCommit>(std::move(database), limits,
                                         [this](const CommitReport& report) { reports_.push_back(report); });
  }
  /// Keeps the writer busy until it is destroyed.
  class Busy {
   public:
    explicit Busy(GroupCommit& group) {
      auto entered = std::make_shared<std::promise<void>>();
      group.submit(
          0,
          [entered, released = released_](Database&) {
            entered->set_value();
            released.wait();
          },
          [](const CommitResult&) {});
      entered->get_future().wait();
    }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;
    ~Busy() { release_.set_value(); }

   private:
    std::promise<void> release_;
    std::shared_future<void> released_ = release_.get_future().share();
  };
  static auto insert(int value) {
    return [value](Database& database) { database.run("INSERT INTO t VALUES (?1)", value); };
  }

  std::vector<CommitReport> reports_;
};

TEST_F(Commit, WhatQueuedUpGoesTogether) {
  auto group = start();
  std::vector<int> done;
  {
    const Busy busy(*group);
    for (int i = 0; i < 5; ++i) {
      group->submit(10, insert(i), [&done, i](const CommitResult& result) {
        if (result) done.push_back(i);
      });
    }
  }
  group->stop();
  EXPECT_THAT(done, ::testing::ElementsAre(0, 1, 2, 3, 4));
  ASSERT_EQ(reports_.size(), 1U) << "the busy transaction wrote nothing and is not reported";
  EXPECT_EQ(reports_[0].items, 5U);
  EXPECT_EQ(reports_[0].bytes, 50U);
}

TEST_F(Commit, OneThatFailsDoesNotFailItsNeighbours) {
  auto group = start();
  std::vector<bool> results;
  {
    const Busy busy(*group);
    for (const int value : {1, 1, 2}) {
      group->submit(0, insert(value),
                    [&](const CommitResult& result) { results.push_back(result.has_value()); });
    }
  }
  group->stop();
  EXPECT_THAT(results, ::testing::ElementsAre(true, false, true));
}

TEST_F(Commit, AFullQueueTakesNoMoreButNotes) {
  auto group = start({.queued_items = 2, .queued_bytes = 100});
  const Busy busy(*group);
  EXPECT_FALSE(group->submit(101, insert(9), [](const CommitResult&) {})) << "too many bytes";
  EXPECT_TRUE(group->submit(50, insert(1), [](const CommitResult&) {}));
  group->note(insert(2));
  EXPECT_FALSE(group->submit(1, insert(3), [](const CommitResult&) {})) << "too many items";
}

TEST_F(Commit, NotesAreWrittenWithoutAnythingElse) {
  auto group = start();
  group->note(insert(1));
  group->stop();
  Database database = open();
  EXPECT_EQ(count(database), 1);
}

TEST_F(Commit, BackgroundWorkWaitsForItsCommitAndReportsFailure) {
  auto group = start();
  EXPECT_TRUE(group->run_background(insert(1)));
  const CommitResult failed = group->run_background(insert(1));
  ASSERT_FALSE(failed);
  EXPECT_TRUE(group->failing());
  EXPECT_TRUE(group->run_background([](Database&) {}));
  EXPECT_TRUE(group->failing()) << "a transaction that wrote nothing shows nothing";
  EXPECT_TRUE(group->run_background(insert(2)));
  EXPECT_FALSE(group->failing());
  group->stop();
  EXPECT_FALSE(group->run_background(insert(3)));
}

}  // namespace
}  // namespace bellwether::storage
