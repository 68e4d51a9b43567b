#include "importer/table_row.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bellwether::importer {
namespace {

using ::testing::HasSubstr;
using Kind = Cell::Kind;

const std::vector<std::string> kHeading{"event", "time", "distinct_id", "amount", "zip"};
const std::vector<ColumnType> kTypes{ColumnType::kText, ColumnType::kLikelyNumber, ColumnType::kLikelyNumber,
                                     ColumnType::kLikelyNumber, ColumnType::kText};

std::vector<Cell> row(std::vector<std::string> texts) {
  std::vector<Cell> cells;
  cells.reserve(texts.size());
  for (std::string& text : texts) cells.push_back(text == "-" ? Cell{} : Cell{Kind::kText, std::move(text)});
  return cells;
}

RowReader reader(const TableOptions& options = {}) {
  auto made = RowReader::make(options, kHeading, kTypes);
  EXPECT_TRUE(made) << made.error().message;
  return *std::move(made);
}

TEST(TableRow, IdsAreTextAndTypedColumnsAreNot) {
  EXPECT_EQ(
      reader().event_of(row({"Buy", "1795168800", "007", "12.50", "00042"}), "made"),
      R"({"event":"Buy","properties":{"time":1795168800000,"distinct_id":"007","amount":12.50,"zip":"00042","$insert_id":"made"}})");
}

TEST(TableRow, AbsentFieldsAreLeftOut) {
  EXPECT_EQ(reader().event_of(row({"Buy", "1795168800", "-", "-", "-"}), "made"),
            R"({"event":"Buy","properties":{"time":1795168800000,"$insert_id":"made"}})");
  EXPECT_EQ(
      reader().event_of(row({"Buy", "1795168800", "", "", ""}), "made"),
      R"({"event":"Buy","properties":{"time":1795168800000,"distinct_id":"","zip":"","$insert_id":"made"}})")
      << "an empty field in quotes is text where text belongs";
}

TEST(TableRow, AValueThatDoesNotFitIsTheRowsFault) {
  struct Case {
    std::vector<std::string> texts;
    std::string column;
    std::string message;
  };
  const std::vector<Case> cases{
      {{"Buy", "1795168800", "p", "1,5", "x"}, "amount", "\"1,5\" is no plain number"},
      {{"Buy", "1795168800", "p", "007", "x"}, "amount", "\"007\" is no plain number"},
      {{"Buy", "soon", "p", "1", "x"}, "time", "\"soon\" is not read as a time"},
      {{"Buy", "-", "p", "1", "x"}, "time", "no time"}};
  for (const auto& [texts, column, message] : cases) {
    const auto event = reader().event_of(row(texts), "made");
    ASSERT_FALSE(event) << *event;
    EXPECT_EQ(event.error().field, column);
    EXPECT_THAT(event.error().message, HasSubstr(message));
  }
}

TEST(TableRow, OptionsNameColumnsAndTypes) {
  TableOptions options{.event = "what", .time = "at", .distinct_id = "who", .insert_id = "id"};
  options.types = {{"zip", ColumnType::kNumber}, {"amount", ColumnType::kText}};
  options.time_zone = calendar::TimeZone::find("Europe/Zurich").value();
  const auto made = RowReader::make(options, {"id", "what", "at", "who", "zip", "amount", "$device_id"},
                                    std::vector(7, ColumnType::kLikelyNumber));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(
      made->event_of(row({"17", "Buy", "2026-11-20 11:00", "0042", "0012", "5", "9"}), "made"),
      R"({"event":"Buy","properties":{"$insert_id":"17","time":1795168800000,"distinct_id":"0042","zip":12,"amount":"5","$device_id":"9"}})");
  TableOptions named;
  named.event_name = "Order";
  const auto without =
      RowReader::make(named, {"time", "distinct_id", "event"}, std::vector(3, ColumnType::kText));
  ASSERT_TRUE(without) << without.error().message;
  EXPECT_EQ(
      without->event_of(row({"1795168800", "p", "x"}), "made"),
      R"({"event":"Order","properties":{"time":1795168800000,"distinct_id":"p","event":"x","$insert_id":"made"}})");
}

TEST(TableRow, ValuesWithATypeOfTheirOwnKeepItAndIdsAreTheirText) {
  std::vector<Cell> cells = row({"Buy", "-", "-", "-", "-"});
  cells[1] = {Kind::kJson, "1795168800"};
  cells[2] = {Kind::kJson, "9007199254740993"};
  cells[3] = {Kind::kJson, "[1,\"a\"]"};
  cells[4] = {Kind::kJson, "42"};
  EXPECT_EQ(
      reader().event_of(cells, "made"),
      R"({"event":"Buy","properties":{"time":1795168800000,"distinct_id":"9007199254740993","amount":[1,"a"],"zip":42,"$insert_id":"made"}})");
  TableOptions options;
  options.types = {{"zip", ColumnType::kText}};
  EXPECT_THAT(reader(options).event_of(cells, "made").value(), HasSubstr(R"("zip":"42")"));
}

TEST(TableRow, DecimalCommas) {
  TableOptions options;
  options.decimal_comma = true;
  const auto amount_of = [&](const std::string& text) {
    const auto event = reader(options).event_of(row({"Buy", "1795168800", "p", text, "-"}), "made");
    return event ? event->substr(event->find("\"amount\":") + 9,
                                 event->find(",\"$insert") - event->find("\"amount\":") - 9)
                 : event.error().field;
  };
  EXPECT_EQ(amount_of("12,50"), "12.50");
  EXPECT_EQ(amount_of("12"), "12");
  EXPECT_EQ(amount_of("12.50"), "amount") << "the point is not a decimal one there";
  EXPECT_EQ(amount_of("1,2,3"), "amount");
}

TEST(TableRow, AHeadingThatCannotBeIsToldAtOnce) {
  struct Case {
    std::vector<std::string> heading;
    std::string message;
  };
  TableOptions options;
  options.types = {{"amount", ColumnType::kNumber}};
  const std::vector<Case> cases{
      {{"time", "distinct_id", "amount"}, "no column \"event\""},
      {{"event", "distinct_id", "amount"}, "no column \"time\" (say which it is: --time-column)"},
      {{"event", "time", "amount"}, "no column \"distinct_id\""},
      {{"event", "time", "distinct_id"}, "no column \"amount\" (say which it is: --type)"},
      {{"event", "time", "distinct_id", "amount", "amount"}, "two columns are named \"amount\""}};
  for (const auto& [heading, message] : cases) {
    const auto made = RowReader::make(options, heading, std::vector(heading.size(), ColumnType::kText));
    ASSERT_FALSE(made) << message;
    EXPECT_THAT(made.error().message, HasSubstr(message));
  }
  EXPECT_TRUE(RowReader::make({}, {"event", "time", "$device_id"}, std::vector(3, ColumnType::kText)));
  TableOptions other;
  other.distinct_id = "who";
  const auto twice =
      RowReader::make(other, {"event", "time", "who", "distinct_id"}, std::vector(4, ColumnType::kText));
  ASSERT_FALSE(twice);
  EXPECT_THAT(twice.error().message, HasSubstr("cannot be a property beside"));
}

}  // namespace
}  // namespace bellwether::importer
