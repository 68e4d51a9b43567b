#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "events/chdb_engine.hpp"
#include "importer/source.hpp"
#include "support/temporary_folder.hpp"

namespace bellwether::importer {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

const std::string kFiles = std::string(BELLWETHER_SOURCE) + "/tests/data/files";

class ImportParquet : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = new bellwether::testing::TemporaryFolder;
    auto opened =
        events::ChdbEngine::open({.library = BELLWETHER_CHDB_LIBRARY, .folder = folder->file("events")});
    ASSERT_TRUE(opened) << opened.error().message;
    engine = new std::shared_ptr<events::Engine>(std::move(*opened));
  }
  static void TearDownTestSuite() {
    delete engine;
    delete folder;
  }

  static Result<std::unique_ptr<Source>> open(const std::string& file, const TableOptions& options = {}) {
    return open_source(file, options, [] { return Result<std::shared_ptr<events::Engine>>(*engine); });
  }

  static std::vector<Record> read(Source& source, std::uint64_t behind = 0) {
    std::vector<Record> records;
    EXPECT_TRUE(source.read({.records = behind, .place = {}}, [&](Record&& record) {
      records.push_back(std::move(record));
      return true;
    }));
    return records;
  }

  static bellwether::testing::TemporaryFolder* folder;
  static std::shared_ptr<events::Engine>* engine;
};

bellwether::testing::TemporaryFolder* ImportParquet::folder = nullptr;
std::shared_ptr<events::Engine>* ImportParquet::engine = nullptr;

TEST_F(ImportParquet, OfDuckDb) {
  TableOptions options;
  options.time_zone = calendar::TimeZone::find("Europe/Zurich").value();
  const auto source = open(kFiles + "/duckdb.parquet", options);
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_EQ((*source)->whole(), 3U);
  const auto records = read(**source);
  ASSERT_THAT(records, SizeIs(3));
  EXPECT_TRUE(records[1].event->starts_with(
      R"({"event":"Buy","properties":{"time":1795165201123,"distinct_id":"0042","order_id":9007199254740994,"amount":13.5,)"
      R"("paid_at":"2026-11-20T09:00:00.000000Z","day":"2026-11-20","tags":["a","b"],"address":{"city":"Zürich","zip":"08001"},)"
      R"("raw":"�A","$insert_id":")"))
      << *records[1].event;
  EXPECT_THAT(records[2].event.value(), HasSubstr(R"("distinct_id":"1e5")"));
  EXPECT_THAT(records[2].event.value(), HasSubstr(R"("gift":true)"));
  EXPECT_EQ(records[1].behind.records, 2U);
}

TEST_F(ImportParquet, OfArrow) {
  const auto source = open(kFiles + "/arrow.parquet");
  ASSERT_TRUE(source) << source.error().message;
  const auto records = read(**source);
  ASSERT_THAT(records, SizeIs(3));
  EXPECT_TRUE(records[1].event->starts_with(
      R"({"event":"Buy","properties":{"time":1795168801123,"distinct_id":"42","city":"","$insert_id":")"))
      << *records[1].event;
  EXPECT_THAT(records[2].event.value(),
              HasSubstr(R"("time":1795168802123,"distinct_id":"9007199254740993","amount":3,)"));
}

TEST_F(ImportParquet, ReadingGoesOnBehindARecord) {
  const auto source = open(kFiles + "/duckdb.parquet");
  ASSERT_TRUE(source) << source.error().message;
  const auto whole = read(**source);
  const auto rest = read(**source, 1);
  ASSERT_THAT(rest, SizeIs(2));
  EXPECT_EQ(rest[0].event.value(), whole.at(1).event.value());
  EXPECT_EQ(rest[1].event.value(), whole.at(2).event.value());
}

TEST_F(ImportParquet, AColumnThatIsDeclaredTextIsText) {
  TableOptions options;
  options.types = {{"order_id", ColumnType::kText}};
  const auto source = open(kFiles + "/duckdb.parquet", options);
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_THAT(read(**source).at(0).event.value(), HasSubstr(R"("order_id":"9007199254740993")"));
}

TEST_F(ImportParquet, FilesThatAreNone) {
  const std::string named = folder->file("events.parquet");
  std::ofstream(named) << "event,time\n";
  EXPECT_THAT(open(named).error().message, HasSubstr("is named as Parquet and is not"));
  const std::string cut = folder->file("cut.parquet");
  std::ofstream(cut) << "PAR1 and nothing more";
  EXPECT_THAT(open(cut).error().message, HasSubstr("cannot be read"));
  const auto missing = open(kFiles + "/duckdb.parquet", {.time = "when"});
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("no column \"when\""));
}

TEST_F(ImportParquet, ANameIsNeverAPattern) {
  for (const char* name : {"*.parquet", "{a,b}.parquet", "a?.parquet", "it's.parquet"}) {
    const std::string file = folder->file(name);
    std::filesystem::copy_file(kFiles + "/arrow.parquet", file);
    const auto source = open(file);
    ASSERT_TRUE(source) << name << ": " << source.error().message;
    EXPECT_THAT(read(**source), SizeIs(3)) << name;
  }
}

}  // namespace
}  // namespace bellwether::importer
