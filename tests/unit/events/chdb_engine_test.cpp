#include "events/chdb_engine.hpp"

#include <csignal>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "events/schema.hpp"
#include "events/sql.hpp"
#include "support/temporary_folder.hpp"
#include "unit/events/engine_contract.hpp"

namespace bellwether::events {
namespace {

using ::testing::HasSubstr;

/// chDB allows one folder a process at a time, so each test closes its engine before the next opens one.
class Chdb : public ::testing::Test {
 protected:
  std::expected<std::unique_ptr<ChdbEngine>, EngineError> open() {
    return ChdbEngine::open({.library = BELLWETHER_CHDB_LIBRARY, .folder = folder_.file("events")});
  }
  bellwether::testing::TemporaryFolder folder_;
};

TEST_F(Chdb, KeepsItsWord) {
  auto engine = open();
  ASSERT_TRUE(engine) << engine.error().message;
  bellwether::testing::expect_engine_keeps_its_word(**engine);
}

TEST_F(Chdb, KeepsItsDataAndKnowsANewerSchema) {
  {
    auto engine = open();
    ASSERT_TRUE(engine) << engine.error().message;
    ASSERT_TRUE(migrate(**engine));
    ASSERT_TRUE((*engine)->insert(sql::kInsertMigration, "{\"version\":99}\n", {}));
  }
  auto engine = open();
  ASSERT_TRUE(engine) << engine.error().message;
  const auto refused = migrate(**engine);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("version 99"));
}

TEST_F(Chdb, OneProcessAtATime) {
  auto engine = open();
  ASSERT_TRUE(engine) << engine.error().message;
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, EngineError::Kind::kUnavailable);
  EXPECT_THAT(second.error().message, HasSubstr("in use by process " + std::to_string(getpid())));
}

/// As on a disk that is full for a moment: a write beyond so many bytes of a file fails.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

/// Rows that do not compress.
std::string make_rows(int count, std::mt19937_64& random) {
  std::string rows;
  for (int i = 0; i < count; ++i) {
    const std::string id = fmt::format("{:016x}{:016x}", random(), random());
    rows += fmt::format(
        R"({{"project_id":"8","event":"Buy","distinct_id":"{}","time":1767323045000,"insert_id":"{}","properties":{{}},"received_at":1}})"
        "\n",
        id, id);
  }
  return rows;
}

TEST_F(Chdb, NeverSaysThatRowsAreStoredWhichAreNot) {
  std::mt19937_64 random(1);
  int stored = 0;
  {
    auto engine = open();
    ASSERT_TRUE(engine) << engine.error().message;
    ASSERT_TRUE(migrate(**engine));
    const auto insert = [&](int count) {
      const bool taken = (*engine)->insert(sql::kInsertEvents, make_rows(count, random), {}).has_value();
      if (taken) stored += count;
      return taken;
    };
    ASSERT_TRUE(insert(500));
    for (const rlim_t bytes : {16U << 10U, 4U << 10U, 1U << 10U}) {
      const FileSizeLimit limit(bytes);
      for (int i = 0; i < 3; ++i) insert(1500);
    }
    EXPECT_TRUE(insert(100)) << "it goes on when there is room again";
    const auto count =
        (*engine)->run("SELECT uniqExact(insert_id) FROM bellwether.event", {}, "TabSeparated", {});
    ASSERT_TRUE(count) << count.error().message;
    EXPECT_EQ(*count, std::to_string(stored) + "\n");
  }
  auto engine = open();
  ASSERT_TRUE(engine) << engine.error().message;
  const auto count =
      (*engine)->run("SELECT uniqExact(insert_id) FROM bellwether.event", {}, "TabSeparated", {});
  ASSERT_TRUE(count) << count.error().message;
  EXPECT_EQ(*count, std::to_string(stored) + "\n");
}

TEST_F(Chdb, AMergeThatCannotBeWrittenLosesNothing) {
  std::mt19937_64 random(1);
  auto engine = open();
  ASSERT_TRUE(engine) << engine.error().message;
  ASSERT_TRUE(migrate(**engine));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE((*engine)->insert(sql::kInsertEvents, make_rows(500, random), {}));
  {
    const FileSizeLimit limit(16U << 10U);
    std::ignore = (*engine)->run("OPTIMIZE TABLE bellwether.event FINAL", {}, "Null", {});
  }
  const auto checked = (*engine)->check_parts();
  ASSERT_TRUE(checked) << checked.error().message;
  const auto count =
      (*engine)->run("SELECT uniqExact(insert_id) FROM bellwether.event", {}, "TabSeparated", {});
  ASSERT_TRUE(count) << count.error().message;
  EXPECT_EQ(*count, "1500\n");
  EXPECT_TRUE((*engine)->insert(sql::kInsertEvents, make_rows(10, random), {}));
}

TEST(ChdbLibrary, SaysWhenItIsNotThere) {
  const auto engine =
      ChdbEngine::open({.library = "/nowhere/libchdb.so", .folder = "/tmp/bellwether-no-engine"});
  ASSERT_FALSE(engine);
  EXPECT_THAT(engine.error().message, HasSubstr("/nowhere/libchdb.so"));
}

}  // namespace
}  // namespace bellwether::events
