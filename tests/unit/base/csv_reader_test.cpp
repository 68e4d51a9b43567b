#include "base/csv_reader.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bellwether {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Record = CsvReader::Record;

std::vector<Record> read_all(std::string_view text, char separator = ',') {
  CsvReader reader(separator);
  auto records = reader.take(text);
  auto last = reader.finish().value();
  std::ranges::move(last, std::back_inserter(records));
  return records;
}

TEST(CsvReader, ReadsFieldsWithAndWithoutQuotes) {
  struct Case {
    std::string text;
    Record expected;
  };
  const std::vector<Case> cases{{"a,b,c\n", {"a", "b", "c"}},
                                {"a,b", {"a", "b"}},
                                {"a,b\r\n", {"a", "b"}},
                                {",,\n", {std::nullopt, std::nullopt, std::nullopt}},
                                {"\"\",x\n", {"", "x"}},
                                {"\"a,b\",c\n", {"a,b", "c"}},
                                {"\"he said \"\"hi\"\"\",c\n", {"he said \"hi\"", "c"}},
                                {"\"two\nlines\",c\n", {"two\nlines", "c"}},
                                {" a , b \n", {"a", "b"}},
                                {"\" a \",b\n", {" a ", "b"}},
                                {"5\" nail,b\n", {"5\" nail", "b"}},
                                {"007,0042\n", {"007", "0042"}},
                                {"Zürich,日本\n", {"Zürich", "日本"}}};
  for (const auto& [text, expected] : cases) EXPECT_THAT(read_all(text), ElementsAre(expected)) << text;
}

TEST(CsvReader, PiecesMayEndAnywhere) {
  const std::string text = "id,\"a \"\"b\"\"\nc\",x\r\n1,,\"\"\n";
  const auto whole = read_all(text);
  ASSERT_EQ(whole.size(), 2U);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    CsvReader reader;
    auto records = reader.take(text.substr(0, cut));
    auto rest = reader.take(text.substr(cut));
    std::ranges::move(rest, std::back_inserter(records));
    EXPECT_EQ(records, whole) << cut;
  }
}

TEST(CsvReader, LinesWithoutAFieldAreNoRecords) {
  EXPECT_THAT(read_all(""), IsEmpty());
  EXPECT_THAT(read_all("\n\r\n\n"), IsEmpty());
  EXPECT_THAT(read_all("a\n\nb\n"), ElementsAre(Record{"a"}, Record{"b"}));
}

TEST(CsvReader, AnotherSeparator) {
  EXPECT_THAT(read_all("a;b,c\n", ';'), ElementsAre(Record{"a", "b,c"}));
  EXPECT_THAT(read_all("a\tb\n", '\t'), ElementsAre(Record{"a", "b"}));
  EXPECT_THAT(read_all("a\t\tb\n", '\t'), ElementsAre(Record{"a", std::nullopt, "b"}));
}

TEST(CsvReader, AQuoteThatDoesNotEndIsToldAndForgotten) {
  CsvReader reader;
  EXPECT_THAT(reader.take("\"open\n"), IsEmpty());
  EXPECT_FALSE(reader.finish());
  EXPECT_THAT(reader.take("a,b\n"), ElementsAre(Record{"a", "b"}));
}

TEST(CsvReader, QuotesThatAreCleanAndOthers) {
  for (const char* text : {"a,b\n", "\"a\",\"b \"\"c\"\"\"\n", "\"two\nlines\",x", "", "\"\""})
    EXPECT_TRUE(CsvReader::has_clean_quotes(text, ',')) << text;
  for (const char* text : {"5\" nail,b\n", "\"a\"b,c\n", "\"open", "a,\"b\nc,\"d, e\"\n"})
    EXPECT_FALSE(CsvReader::has_clean_quotes(text, ',')) << text;
}

}  // namespace
}  // namespace bellwether
