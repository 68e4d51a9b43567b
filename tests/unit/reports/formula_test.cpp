#include "reports/formula.hpp"

#include <gtest/gtest.h>

namespace bellwether::reports {
namespace {

std::optional<double> value_of(std::string_view text, const std::vector<std::optional<double>>& metrics) {
  const auto formula = Formula::parse(text, metrics.size());
  EXPECT_TRUE(formula) << text << ": " << formula.error();
  return formula ? formula->evaluate(metrics) : std::nullopt;
}

TEST(Formula, CalculatesAsOnPaper) {
  const std::vector<std::optional<double>> metrics{10, 4, std::nullopt};
  EXPECT_EQ(value_of("A", metrics), 10);
  EXPECT_EQ(value_of("A - B - 1", metrics), 5);
  EXPECT_EQ(value_of("A + B * 2", metrics), 18);
  EXPECT_EQ(value_of("(A + B) * 2", metrics), 28);
  EXPECT_EQ(value_of("B / A * 100", metrics), 40);
  EXPECT_EQ(value_of("-A * -0.5", metrics), 5);
  EXPECT_EQ(value_of("2.5", metrics), 2.5);
}

TEST(Formula, HasNoValueWithoutItsMetricsOrOverZero) {
  const std::vector<std::optional<double>> metrics{10, 0, std::nullopt};
  EXPECT_EQ(value_of("A + C", metrics), std::nullopt);
  EXPECT_EQ(value_of("A / B", metrics), std::nullopt);
  EXPECT_EQ(value_of("A / (B * 2)", metrics), std::nullopt);
}

TEST(Formula, SaysWhereItIsWrong) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {"", "expected a number, a metric's letter or \"(\" at character 1"},
      {"A +", "expected a number, a metric's letter or \"(\" at character 4"},
      {"(A", "expected \")\" at character 3"},
      {"A B", "expected +, -, * or / at character 3"},
      {"C", "there is no metric C; the report has 2"},
      {"1e5", "expected +, -, * or / at character 2"}};
  for (const auto& [text, message] : cases) EXPECT_EQ(Formula::parse(text, 2).error(), message) << text;
  EXPECT_EQ(Formula::parse(std::string(200, '('), 1).error(), "it is nested too deeply");
}

}  // namespace
}  // namespace bellwether::reports
