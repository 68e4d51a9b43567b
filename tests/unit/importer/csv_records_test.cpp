#include "importer/csv_records.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bellwether::importer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// The lines of `text` as a LineReader hands them out.
std::vector<CsvRecord> read_all(const std::string& text, std::size_t columns) {
  CsvRecords records(',', columns);
  std::vector<CsvRecord> read;
  const auto take = [&](CsvRecord&& record) {
    read.push_back(std::move(record));
    return true;
  };
  std::uint64_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    records.take({.text = line,
                  .number = ++number,
                  .behind = {.bytes = std::min(end + 1, text.size())},
                  .size = line.size()},
                 take);
    at = end + 1;
  }
  records.finish(take);
  return read;
}

/// "line: fields" or "line! fault".
std::vector<std::string> described(const std::vector<CsvRecord>& records) {
  std::vector<std::string> lines;
  lines.reserve(records.size());
  for (const CsvRecord& record : records) {
    std::string fields;
    for (const auto& field : record.fields) fields += fmt::format("[{}]", field.value_or("-"));
    lines.push_back(fmt::format("{}{} {}", record.line, record.fault.empty() ? ":" : "!",
                                record.fault.empty() ? fields : record.fault));
  }
  return lines;
}

TEST(CsvRecords, RecordsWithLineEndsInQuotesKnowWhereTheyBeginAndEnd) {
  const auto read = read_all("a,b\n\"x\ny\",c\n\nd,e", 2);
  EXPECT_THAT(described(read), ElementsAre("1: [a][b]", "2: [x\ny][c]", "5: [d][e]"));
  EXPECT_EQ(read[1].text, "\"x\ny\",c");
  EXPECT_EQ(read[0].behind.bytes, 4U);
  EXPECT_EQ(read[1].behind.bytes, 12U);
  EXPECT_EQ(read[2].behind.bytes, 16U);
}

TEST(CsvRecords, AWrongNumberOfFieldsIsThatRecordsFault) {
  EXPECT_THAT(described(read_all("a,b\nc\nd,e,f\ng,h\n", 2)),
              ElementsAre("1: [a][b]", "2! it has 1 fields, and the heading 2",
                          "3! it has 3 fields, and the heading 2", "4: [g][h]"));
}

TEST(CsvRecords, ALoneQuoteCostsItsLineAlone) {
  // At the end of the file, or where the next quote is: what lies between is read again.
  EXPECT_THAT(described(read_all("a,\"b\nc,d\ne,f\n", 2)),
              ElementsAre("1! a quote in this line does not end", "2: [c][d]", "3: [e][f]"));
  EXPECT_THAT(described(read_all("a,\"b\nc,d\ne,\"f, g\"\nh,i\n", 2)),
              ElementsAre("1! a quote in this line does not end", "2: [c][d]", "3: [e][f, g]", "4: [h][i]"));
}

TEST(CsvRecords, AQuoteThatRunsOverThousandsOfLinesIsBounded) {
  std::string text = "a,\"b\n";
  for (int i = 0; i < 5000; ++i) text += fmt::format("p{},{}\n", i, i);
  const auto read = read_all(text, 2);
  ASSERT_THAT(read, SizeIs(5001));
  EXPECT_EQ(read[0].fault, "a quote in this line does not end");
  for (std::size_t i = 1; i < read.size(); ++i) ASSERT_EQ(read[i].line, i + 1);
  EXPECT_EQ(read.back().fields.at(1), "4999");
}

TEST(CsvRecords, ALineThatIsTooLongIsAFault) {
  CsvRecords records(',', 2);
  std::vector<CsvRecord> read;
  const auto take = [&](CsvRecord&& record) {
    read.push_back(std::move(record));
    return true;
  };
  records.take({.text = "xxx",
                .number = 1,
                .behind = {.bytes = CsvRecords::kMaxRecordBytes + 2},
                .size = CsvRecords::kMaxRecordBytes + 1},
               take);
  records.take({.text = "a,b", .number = 2, .behind = {.bytes = CsvRecords::kMaxRecordBytes + 6}, .size = 3},
               take);
  ASSERT_THAT(read, SizeIs(2));
  EXPECT_THAT(read[0].fault, HasSubstr("1048577 bytes"));
  EXPECT_THAT(described({read[1]}), ElementsAre("2: [a][b]"));
}

TEST(CsvRecords, WhoWantsNoMoreGetsNoMore) {
  CsvRecords records(',', 1);
  int seen = 0;
  const auto take = [&](CsvRecord&&) {
    ++seen;
    return false;
  };
  EXPECT_FALSE(records.take({.text = "a", .number = 1, .behind = {.bytes = 2}, .size = 1}, take));
  EXPECT_EQ(seen, 1);
}

TEST(CsvRecords, TheSeparatorOfAHeading) {
  EXPECT_EQ(find_separator("a,b,c"), ',');
  EXPECT_EQ(find_separator("a;b;c"), ';');
  EXPECT_EQ(find_separator("a\tb"), '\t');
  EXPECT_EQ(find_separator("a|b"), '|');
  EXPECT_EQ(find_separator("\"a;b;c\",d"), ',');
  EXPECT_EQ(find_separator("alone"), ',');
}

}  // namespace
}  // namespace bellwether::importer
