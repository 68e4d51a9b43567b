#include "events/layout.hpp"

#include <gtest/gtest.h>

#include "events/chdb_engine.hpp"
#include "events/migrations.hpp"
#include "events/sql.hpp"
#include "support/temporary_folder.hpp"

namespace bellwether::events {
namespace {

TEST(Layout, OneServerTakesStatementsAsTheyAre) {
  const Layout layout;
  EXPECT_EQ(layout.create(kMigrations[0]), std::vector{std::string(kMigrations[0])});
  EXPECT_EQ(layout.remove("DELETE FROM bellwether.snapshot WHERE 1"),
            "DELETE FROM bellwether.snapshot WHERE 1");
}

TEST(Layout, AClusterHasReplicatedTablesBehindDistributedOnes) {
  const auto layout = Layout::on_cluster("main");
  ASSERT_TRUE(layout);
  const auto statements = layout->create(
      "CREATE TABLE IF NOT EXISTS bellwether.identity\n(\n    alias String\n)\nENGINE = "
      "ReplacingMergeTree(known_at)\n"
      "ORDER BY alias");
  ASSERT_EQ(statements.size(), 2U);
  EXPECT_EQ(statements[0],
            "CREATE TABLE IF NOT EXISTS bellwether.identity_local ON CLUSTER 'main'\n(\n    alias String\n)\n"
            "ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/bellwether/identity', "
            "'{replica}', known_at)\n"
            "ORDER BY alias");
  EXPECT_EQ(statements[1],
            "CREATE TABLE IF NOT EXISTS bellwether.identity ON CLUSTER 'main' AS "
            "bellwether.identity_local ENGINE = Distributed('main', 'bellwether', 'identity_local', "
            "cityHash64(alias))");
  EXPECT_EQ(layout->create(sql::kCreateDatabase)[0],
            std::string(sql::kCreateDatabase) + " ON CLUSTER 'main'");
  EXPECT_EQ(layout->remove("DELETE FROM bellwether.snapshot WHERE 1"),
            "DELETE FROM bellwether.snapshot_local ON CLUSTER 'main' WHERE 1");
  EXPECT_FALSE(Layout::on_cluster("a'b"));
  EXPECT_FALSE(Layout::on_cluster(""));
}

TEST(Layout, ATableThatIsChangedIsTheOneOfEachShard) {
  EXPECT_THAT(
      Layout::on_cluster("main")->create("ALTER TABLE bellwether.event MODIFY SETTING a = 1"),
      ::testing::ElementsAre("ALTER TABLE bellwether.event_local ON CLUSTER 'main' MODIFY SETTING a = 1"));
}

TEST(Layout, TheEngineReadsEveryStatementOfACluster) {
  const bellwether::testing::TemporaryFolder folder;
  auto engine = ChdbEngine::open({.library = BELLWETHER_CHDB_LIBRARY, .folder = folder.file("events")});
  ASSERT_TRUE(engine) << engine.error().message;
  const auto layout = Layout::on_cluster("main");
  std::vector<std::string_view> made{sql::kCreateDatabase, sql::kCreateMigration};
  made.insert(made.end(), std::begin(kMigrations), std::end(kMigrations));
  for (const std::string_view change : made) {
    for (const std::string& statement : layout->create(change)) {
      const auto parsed = (*engine)->run("SELECT formatQuery({query:String})",
                                         Parameters().add("query", statement), "Null", {});
      EXPECT_TRUE(parsed) << parsed.error().message << statement;
    }
  }
}

}  // namespace
}  // namespace bellwether::events
