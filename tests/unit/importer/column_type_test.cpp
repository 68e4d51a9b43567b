#include "importer/column_type.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bellwether::importer {
namespace {

using ::testing::ElementsAre;

TEST(ColumnType, AValueAsJson) {
  struct Case {
    ColumnType type;
    std::string text;
    std::optional<std::string> json;
  };
  const std::vector<Case> cases{{ColumnType::kText, "007", "\"007\""},
                                {ColumnType::kText, "a \"b\"\n", R"("a \"b\"\n")"},
                                {ColumnType::kNumber, "12.50", "12.50"},
                                {ColumnType::kNumber, " 12 ", "12"},
                                {ColumnType::kNumber, "+1", "1"},
                                {ColumnType::kNumber, "-007", "-7"},
                                {ColumnType::kNumber, ".5", "0.5"},
                                {ColumnType::kNumber, "5.", "5"},
                                {ColumnType::kNumber, "1e5", "1e5"},
                                {ColumnType::kNumber, "1E-05", "1E-05"},
                                {ColumnType::kNumber, "12345678901234567890", "12345678901234567890"},
                                {ColumnType::kNumber, "1,5", {}},
                                {ColumnType::kNumber, "1 000", {}},
                                {ColumnType::kNumber, "x", {}},
                                {ColumnType::kNumber, "", {}},
                                {ColumnType::kNumber, ".", {}},
                                {ColumnType::kNumber, "1e", {}},
                                {ColumnType::kNumber, "--1", {}},
                                {ColumnType::kNumber, "NaN", {}},
                                {ColumnType::kNumber, "0x10", {}},
                                {ColumnType::kLikelyNumber, "12.50", "12.50"},
                                {ColumnType::kLikelyNumber, "-3", "-3"},
                                {ColumnType::kLikelyNumber, "007", {}},
                                {ColumnType::kLikelyNumber, "+1", {}},
                                {ColumnType::kLikelyNumber, " 1", {}},
                                {ColumnType::kLikelyNumber, "1234567890123456789", {}},
                                {ColumnType::kBoolean, "TRUE", "true"},
                                {ColumnType::kBoolean, "no", "false"},
                                {ColumnType::kBoolean, "1", "true"},
                                {ColumnType::kBoolean, "2", {}},
                                {ColumnType::kJson, R"(["a",1])", R"(["a",1])"},
                                {ColumnType::kJson, "[1", {}},
                                {ColumnType::kJson, "", {}}};
  for (const auto& [type, text, json] : cases) EXPECT_EQ(to_json(type, text), json) << text;
}

TEST(ColumnType, NumbersThatAreSurelyNone) {
  for (const char* text : {"0", "-0", "7", "-12", "0.5", "123456789012345678"})
    EXPECT_TRUE(is_plain_number(text)) << text;
  for (const char* text : {"", "007", "00", "-01", "+1", "1e5", "1.", ".5", "1,5", " 1", "1 ",
                           "1234567890123456789", "-", "0.5.5"})
    EXPECT_FALSE(is_plain_number(text)) << text;
}

TEST(TypeGuess, AColumnIsNumericWhenItsFirstThousandValuesArePlainNumbers) {
  TypeGuess guess(4);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(guess.decided());
    const std::vector<std::optional<std::string>> row{
        std::to_string(i), i == 999 ? "007" : "7", {}, i % 2 == 0 ? "5" : ""};
    guess.take(row);
  }
  EXPECT_THAT(guess.types(), ElementsAre(ColumnType::kLikelyNumber, ColumnType::kText, ColumnType::kText,
                                         ColumnType::kLikelyNumber));
  EXPECT_FALSE(guess.decided()) << "two columns have fewer than a thousand values";
  for (int i = 0; i < 1000; ++i) guess.take(std::vector<std::optional<std::string>>{"x", "7", "word", "5"});
  EXPECT_TRUE(guess.decided());
  EXPECT_THAT(guess.types(), ElementsAre(ColumnType::kLikelyNumber, ColumnType::kText, ColumnType::kText,
                                         ColumnType::kLikelyNumber))
      << "what comes behind the first thousand changes nothing";
}

TEST(ColumnType, Names) {
  EXPECT_EQ(parse_column_type("number"), ColumnType::kNumber);
  EXPECT_EQ(parse_column_type("text"), ColumnType::kText);
  EXPECT_FALSE(parse_column_type("Number"));
  EXPECT_FALSE(parse_column_type(""));
}

}  // namespace
}  // namespace bellwether::importer
