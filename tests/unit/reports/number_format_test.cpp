#include "reports/number_format.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace bellwether::reports {
namespace {

TEST(NumberFormat, SeparatesThousandsAndKeepsTwoDecimals) {
  const std::vector<std::pair<double, const char*>> cases{
      {0, "0"},
      {20000, "20,000"},
      {999, "999"},
      {1000, "1,000"},
      {1234567, "1,234,567"},
      {1234.5, "1,234.5"},
      {1234.567, "1,234.57"},
      {0.005, "0.01"},
      {-1234.5, "-1,234.5"},
      {-0.001, "0"},
      {0.999, "1"},
      {2e16, "2e+16"},
      {std::numeric_limits<double>::infinity(), "infinity"}};
  for (const auto& [value, text] : cases) EXPECT_EQ(format_number(value), text);
}

TEST(NumberFormat, ShowsValuesAsTheMetricSays) {
  using Kind = NumberFormat::Kind;
  const std::vector<std::tuple<double, NumberFormat, const char*>> cases{
      {12.345, {Kind::kPercent}, "12.35%"},
      {-1200, {Kind::kCurrency, "EUR"}, "-€1,200"},
      {1200, {Kind::kCurrency, "CHF"}, "CHF 1,200"},
      {3725, {Kind::kDuration}, "1h 2m 5s"},
      {86400 * 2, {Kind::kDuration}, "2d"},
      {1.25, {Kind::kDuration}, "1.25s"},
      {-90, {Kind::kDuration}, "-1m 30s"}};
  for (const auto& [value, format, text] : cases) EXPECT_EQ(format_value(value, format), text);
}

TEST(NumberFormat, IsReadAndWritten) {
  for (const char* text : {"number", "percent", "duration", "currency:JPY"})
    EXPECT_EQ(to_string(*parse_number_format(text)), text);
  for (const char* text : {"", "Percent", "currency:", "currency:eur", "currency:EURO"})
    EXPECT_FALSE(parse_number_format(text)) << text;
}

}  // namespace
}  // namespace bellwether::reports
