#include "events/chdb_engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
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

TEST(ChdbLibrary, SaysWhenItIsNotThere) {
  const auto engine =
      ChdbEngine::open({.library = "/nowhere/libchdb.so", .folder = "/tmp/bellwether-no-engine"});
  ASSERT_FALSE(engine);
  EXPECT_THAT(engine.error().message, HasSubstr("/nowhere/libchdb.so"));
}

}  // namespace
}  // namespace bellwether::events
