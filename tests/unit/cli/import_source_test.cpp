#include "cli/import_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "events/chdb_engine.hpp"
#include "support/temporary_folder.hpp"

namespace bellwether::cli {
namespace {

using ::testing::ElementsAre;

TEST(ImportSource, ReadsParquetThroughTheEngineAndGoesOnBehindARecord) {
  const bellwether::testing::TemporaryFolder folder;
  auto opened =
      events::ChdbEngine::open({.library = BELLWETHER_CHDB_LIBRARY, .folder = folder.file("events")});
  ASSERT_TRUE(opened) << opened.error().message;
  const std::shared_ptr<events::Engine> engine = std::move(*opened);
  const std::string file = folder.file("events.parquet");
  const auto written = engine->run(
      "INSERT INTO FUNCTION file({file:String}, 'Parquet') "
      "SELECT 'Buy' AS event, 1767323045 + number AS time, concat('p', toString(number)) AS distinct_id, "
      "toString(number) AS \"$insert_id\", number * 1.5 AS amount FROM numbers(3)",
      events::Parameters().add("file", file), "Null", {});
  ASSERT_TRUE(written) << written.error().message;
  const auto source =
      open_import_source(file, {}, [&]() -> Result<std::shared_ptr<events::Engine>> { return engine; });
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_EQ((*source)->whole(), 3U);
  const auto read = [&](std::uint64_t from) {
    std::vector<std::string> events;
    EXPECT_TRUE((*source)->read({from, 0}, [&](const std::string& event, const ImportPosition& at) {
      events.push_back(std::to_string(at.records) + " " + event);
      return true;
    }));
    return events;
  };
  const std::string second =
      R"(2 {"event":"Buy","properties":{"time":1767323046,"distinct_id":"p1","$insert_id":"1","amount":1.5E0}})";
  const std::string third =
      R"(3 {"event":"Buy","properties":{"time":1767323047,"distinct_id":"p2","$insert_id":"2","amount":3}})";
  EXPECT_EQ(read(0).size(), 3U);
  EXPECT_THAT(read(1), ElementsAre(second, third));
}

TEST(ImportRecord, AnEventWithoutAnInsertIdGetsTheSameOneEachTime) {
  const std::string line = R"({"event":"a","properties":{"time":1}})";
  EXPECT_EQ(complete_event(line, 7), complete_event(line, 7));
  EXPECT_NE(complete_event(line, 7), complete_event(line, 8));
  EXPECT_EQ(complete_event("nonsense", 1), "nonsense");
  const std::string whole = R"({"event":"a","properties":{"$insert_id":"x"}})";
  EXPECT_EQ(complete_event(whole, 1), whole);
}

}  // namespace
}  // namespace bellwether::cli
