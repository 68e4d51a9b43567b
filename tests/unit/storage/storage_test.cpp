#include <array>
#include <filesystem>
#include <fstream>
#include <future>
#include <new>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/data_dir.hpp"
#include "storage/data_file.hpp"
#include "storage/database.hpp"
#include "storage/group_commit.hpp"
#include "storage/migrations.hpp"
#include "storage/reader_pool.hpp"
#include "support/temporary_folder.hpp"

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

TEST_F(Storage, ASavepointIsTakenBackAlone) {
  Database database = open();
  database.script("CREATE TABLE t (a)");
  {
    Transaction transaction(database);
    database.run("INSERT INTO t VALUES (1)");
    {
      Savepoint outer(database);
      database.run("INSERT INTO t VALUES (2)");
      {
        const Savepoint inner(database);
        database.run("INSERT INTO t VALUES (3)");
      }
      EXPECT_EQ(count(database), 2);
      outer.keep();
    }
    try {
      const Savepoint broken(database);
      database.run("INSERT INTO t VALUES (4)");
      throw std::bad_alloc();
    } catch (const std::bad_alloc&) {
      EXPECT_EQ(count(database), 2);
    }
    transaction.commit();
  }
  EXPECT_EQ(count(database), 2);
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

TEST_F(Commit, WhateverWorkThrowsFailsItAlone) {
  auto group = start();
  std::vector<bool> results;
  const auto note = [&](const CommitResult& result) { results.push_back(result.has_value()); };
  {
    const Busy busy(*group);
    group->submit(0, insert(1), note);
    group->submit(0, [](Database&) { throw std::bad_alloc(); }, note);
    group->submit(0, [](Database&) { throw 7; }, note);
    group->submit(0, insert(2), note);
  }
  const CommitResult failed =
      group->run_background([](Database&) { throw std::runtime_error("a stored page cannot be parsed"); });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "a stored page cannot be parsed");
  EXPECT_FALSE(group->failing()) << "it says nothing of the storage";
  EXPECT_TRUE(group->run(insert(3)));
  group->stop();
  EXPECT_THAT(results, ::testing::ElementsAre(true, false, false, true));
  Database database = open();
  EXPECT_EQ(count(database), 3);
}

TEST_F(Commit, AnAnswerThatThrowsDoesNotEndTheThread) {
  auto group = start();
  group->submit(0, insert(1), [](const CommitResult&) { throw std::bad_alloc(); });
  EXPECT_TRUE(group->run(insert(2)));
}

TEST_F(Commit, AStopEmptiesTheLogIntoTheFile) {
  ReaderPool readers(folder_.file("a.db"));
  auto group = start();
  EXPECT_TRUE(group->run(insert(1)));
  {
    const auto lent = readers.borrow();
  }
  readers.close();
  group->stop();
  group.reset();
  std::filesystem::remove(folder_.file("a.db-wal"));
  Database database = open();
  EXPECT_EQ(count(database), 1);
}

class DataFile : public Storage {
 protected:
  Result<Database> open_file() {
    const std::array<const char*, 1> scripts{"CREATE TABLE t (a)"};
    return open_data_file(path_, scripts);
  }
  /// As a process leaves it that was killed: the log is not emptied.
  void leave_rows_in_log() {
    auto database = open_file();
    ASSERT_TRUE(database);
    const Database reader(path_, {.access = Database::Access::kReadOnly});
    database->run("INSERT INTO t VALUES (1)");
    for (const char* end : {"", "-wal"}) std::filesystem::copy_file(path_ + end, path_ + ".copy" + end);
  }
  void take_copy() {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end);
    for (const char* end : {"", "-wal"}) std::filesystem::rename(path_ + ".copy" + end, path_ + end);
  }
  void overwrite_log(const std::string& bytes) {
    std::fstream(path_ + "-wal", std::ios::in | std::ios::out | std::ios::binary) << bytes;
  }

  const std::string path_ = folder_.file("a.db");
};

TEST_F(DataFile, ANewOneHoldsItsTablesWithoutALog) {
  ASSERT_TRUE(open_file());
  EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
  std::filesystem::remove(path_ + "-wal");
  auto again = open_file();
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(count(*again), 0);
}

TEST_F(DataFile, GoesOnAfterAKill) {
  leave_rows_in_log();
  take_copy();
  auto again = open_file();
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(count(*again), 1);
  EXPECT_FALSE(std::filesystem::exists(path_ + "-wal.damaged"));
}

TEST_F(DataFile, ADamagedLogIsKept) {
  leave_rows_in_log();
  take_copy();
  overwrite_log(std::string(64, 'x'));
  auto again = open_file();
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(count(*again), 0);
  EXPECT_TRUE(std::filesystem::exists(path_ + "-wal.damaged"));
}

TEST_F(DataFile, AFileWithoutTablesHasLostItsLog) {
  {
    Database database(path_, {});
    database.script("PRAGMA application_id = 7");
  }
  for (const char* log : {"", "garbage that is long enough for a header of a log"}) {
    std::ofstream(path_ + "-wal") << log;
    const auto opened = open_file();
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().message, ::testing::HasSubstr("-wal"));
  }
}

TEST_F(DataFile, ACreationThatWasCutOffIsBegunAgain) {
  {
    Database database(path_ + ".new", {});
    database.script("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
  }
  auto opened = open_file();
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(count(*opened), 0);
}

TEST_F(Storage, FilesOfOursAreMadePrivate) {
  namespace fs = std::filesystem;
  const auto mode = [&](const std::string& name) { return fs::status(folder_.file(name)).permissions(); };
  for (const char* name : {"pages", "events", "events/inner", "others"})
    fs::create_directory(folder_.file(name));
  for (const char* name :
       {"bellwether.db", "bellwether.db-wal", "publisher.db", "pages/1.pages", "notes.txt"}) {
    std::ofstream(folder_.file(name)) << "x";
    fs::permissions(folder_.file(name), fs::perms(0644));
  }
  std::ofstream(folder_.file("others/target")) << "x";
  fs::permissions(folder_.file("others/target"), fs::perms(0644));
  fs::create_symlink(folder_.file("others/target"), folder_.file("bellwether.link"));
  for (const char* name : {"pages", "events", "others"}) fs::permissions(folder_.file(name), fs::perms(0755));
  ASSERT_TRUE(DataDir::lock(folder_.path()));
  for (const char* name :
       {"bellwether.db", "bellwether.db-wal", "publisher.db", "pages/1.pages", "bellwether.lock"})
    EXPECT_EQ(mode(name), fs::perms(0600)) << name;
  for (const char* name : {"pages", "events"}) EXPECT_EQ(mode(name), fs::perms(0700)) << name;
  for (const char* name : {"notes.txt", "others/target"}) EXPECT_EQ(mode(name), fs::perms(0644)) << name;
  EXPECT_EQ(mode("others"), fs::perms(0755));
}

}  // namespace
}  // namespace bellwether::storage
