#include "ingestion/record_splitter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bellwether::ingestion {
namespace {

using ::testing::ElementsAre;

std::expected<std::vector<std::string>, std::string> split(std::string_view body) {
  std::vector<std::string> records;
  auto done = split_records(body, [&](std::string_view record) {
    records.emplace_back(record);
    return true;
  });
  if (!done) return std::unexpected(done.error());
  return records;
}

TEST(RecordSplitter, FindsTheElementsOfAnArray) {
  EXPECT_THAT(*split("[1, [2,3] ,{\"a\":[4,\"]\\\",{\"]}\n,\"x\"]"),
              ElementsAre("1", "[2,3]", "{\"a\":[4,\"]\\\",{\"]}", "\"x\""));
  EXPECT_THAT(*split(" { \"a\" : 1 } "), ElementsAre("{ \"a\" : 1 }")) << "no array is one record";
  EXPECT_THAT(*split("[ ]"), ElementsAre());
  EXPECT_THAT(*split("7"), ElementsAre("7"));
}

TEST(RecordSplitter, TellsLinesFromAnObjectOverManyLines) {
  EXPECT_THAT(*split("{\"a\":1}\n\n {\"b\":2}\r\n"), ElementsAre("{\"a\":1}", "{\"b\":2}"));
  EXPECT_THAT(*split("{\"a\":\n{\"b\":2}"), ElementsAre("{\"a\":", "{\"b\":2}")) << "the first line is cut";
  EXPECT_THAT(*split("{\"a\":\n[1]\n{\"b\":2}"), ElementsAre("{\"a\":", "[1]", "{\"b\":2}"));
  EXPECT_THAT(*split("[1, [2]]\n{\"b\":2}"), ElementsAre("[1, [2]]", "{\"b\":2}"));
  EXPECT_THAT(*split("[]\n[1]"), ElementsAre("[]", "[1]"));
  EXPECT_THAT(*split("[{\"a\":[1]},\n{\"b\":2}]\n"), ElementsAre("{\"a\":[1]}", "{\"b\":2}"));
  EXPECT_THAT(*split("[\n[1],\n[2]\n]"), ElementsAre("[1]", "[2]"));
  EXPECT_THAT(*split("x\n{\"b\":2}"), ElementsAre("x", "{\"b\":2}"));
  EXPECT_THAT(*split("{\n  \"a\": {\n    \"b\": 1\n  }\n}\n"),
              ElementsAre("{\n  \"a\": {\n    \"b\": 1\n  }\n}"));
}

TEST(RecordSplitter, TakesWhatStandsBeforeTheFault) {
  std::vector<std::string> records;
  EXPECT_FALSE(split_records("[1,2,{\"a\"", [&](std::string_view record) {
    records.emplace_back(record);
    return true;
  }));
  EXPECT_THAT(records, ElementsAre("1", "2"));
}

TEST(RecordSplitter, RefusesABrokenArray) {
  for (const char* wrong :
       {"", " ", "[", "[1", "[1,", "[1,]", "[,1]", "[1,,2]", "[1]x", "[1]]", "[1},2]", "[\"a]", "[\"a\\\"]"})
    EXPECT_FALSE(split(wrong)) << wrong;
}

}  // namespace
}  // namespace bellwether::ingestion
