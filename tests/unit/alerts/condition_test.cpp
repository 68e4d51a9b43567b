#include "alerts/condition.hpp"

#include <gtest/gtest.h>

namespace bellwether::alerts {
namespace {

Condition condition(std::string_view json) {
  const auto parsed = parse_condition(json);
  EXPECT_TRUE(parsed) << json << ": " << parsed.error().describe();
  return parsed.value_or(Condition{});
}

struct ConditionCase {
  const char* condition;
  std::optional<double> value;
  std::optional<double> before;
  const char* sentence;  ///< empty: it does not fire
};

class Conditions : public ::testing::TestWithParam<ConditionCase> {};

TEST_P(Conditions, FireAndSayWhy) {
  const ConditionCase& one = GetParam();
  const Condition parsed = condition(one.condition);
  const Observation observation{.value = one.value, .before = one.before};
  const auto finding = judge(parsed, observation);
  EXPECT_EQ(finding ? sentence(parsed, observation, *finding, {}) : "", one.sentence);
}

constexpr const char* kAbove = R"({"type":"absolute","operator":">","threshold":1000})";
constexpr const char* kBelow = R"({"type":"absolute","operator":"<","threshold":-5})";
constexpr const char* kIncrease = R"({"type":"increase","threshold":100})";
constexpr const char* kDecrease = R"({"type":"decrease","threshold":0})";
constexpr const char* kPercentIncrease = R"({"type":"percent_increase","threshold":20})";
constexpr const char* kPercentDecrease = R"({"type":"percent_decrease","threshold":20})";

INSTANTIATE_TEST_SUITE_P(
    Table, Conditions,
    ::testing::Values(
        ConditionCase{kAbove, 1000.004, {}, "above 1,000"},  // the full value, not the shown one
        ConditionCase{kAbove, 1000, {}, ""}, ConditionCase{kAbove, std::nullopt, {}, ""},
        ConditionCase{kBelow, -5.1, {}, "below -5"}, ConditionCase{kBelow, -5, {}, ""},
        ConditionCase{kIncrease, 1101, 1000, "increased by more than 100 (from 1,000 to 1,101)"},
        ConditionCase{kIncrease, 1100, 1000, ""}, ConditionCase{kIncrease, 5000, std::nullopt, ""},
        ConditionCase{kDecrease, 9, 10, "decreased by more than 0 (from 10 to 9)"},
        ConditionCase{kDecrease, 10, 10, ""},
        ConditionCase{kPercentIncrease, 121, 100, "increased by more than 20% (from 100 to 121)"},
        ConditionCase{kPercentIncrease, 120, 100, ""}, ConditionCase{kPercentIncrease, 5, 0, ""},
        ConditionCase{kPercentIncrease, -50, -100, "increased by more than 20% (from -100 to -50)"},
        ConditionCase{kPercentDecrease, 700, 1200, "decreased by more than 20% (from 1,200 to 700)"},
        ConditionCase{kPercentDecrease, 1200, 700, ""}));

TEST(Condition, OfAnomaliesLooksAtTheBandInItsDirection) {
  const Observation high{.value = 1200, .has_band = true, .expected = 1000, .lower = 900, .upper = 1100};
  Observation low = high;
  low.value = 800;
  const Condition any = condition(R"({"type":"anomaly","confidence":0.99})");
  const Condition up = condition(R"({"type":"anomaly","direction":"up"})");
  const Condition down = condition(R"({"type":"anomaly","direction":"down"})");
  EXPECT_EQ(sentence(any, high, *judge(any, high), {reports::NumberFormat::Kind::kCurrency, "EUR"}),
            "above the expected €900 to €1,100 (99% confidence)");
  EXPECT_EQ(sentence(any, low, *judge(any, low), {}), "below the expected 900 to 1,100 (99% confidence)");
  EXPECT_TRUE(judge(up, high) && !judge(up, low) && judge(down, low) && !judge(down, high));
  Observation young = high;
  young.has_band = false;
  EXPECT_FALSE(judge(any, young));
}

TEST(Condition, IsReadWrittenAndRefused) {
  for (const char* text : {kAbove, kBelow, kIncrease, kPercentDecrease})
    EXPECT_EQ(to_json(condition(to_json(condition(text)))), to_json(condition(text)));
  EXPECT_EQ(to_json(condition(R"({"type":"anomaly"})")),
            R"({"type":"anomaly","confidence":0.95,"direction":"any"})");
  const std::vector<std::pair<const char*, const char*>> cases{
      {"{}", "type: is missing"},
      {R"({"type":"absolute","threshold":1})", "operator: is missing"},
      {R"({"type":"increase","operator":">","threshold":1})",
       "operator: is not known here; known are \"type\", \"threshold\""},
      {R"({"type":"decrease","threshold":-1})",
       "threshold: must not be negative: decrease is a type of its own"},
      {R"({"type":"anomaly","confidence":0.5})", "confidence: must be from 0.8 to 0.999"}};
  for (const auto& [text, message] : cases)
    EXPECT_EQ(parse_condition(text).error().describe(), message) << text;
}

}  // namespace
}  // namespace bellwether::alerts
