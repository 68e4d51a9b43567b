#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "charts/bar_chart.hpp"
#include "charts/line_chart.hpp"
#include "charts/png.hpp"
#include "charts/style.hpp"

namespace bellwether::charts {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string plain(double value) {
  return std::to_string(static_cast<std::int64_t>(value));
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string_view::npos; at += what.size()) ++found;
  return found;
}

TEST(Ticks, AreRound) {
  EXPECT_THAT(ticks(0, 1000), ElementsAre(0, 500, 1000));
  EXPECT_THAT(ticks(0, 4), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(ticks(-3, 3), ElementsAre(-2, 0, 2));
  EXPECT_THAT(ticks(0, 0.03), ElementsAre(0, 0.01, 0.02, 0.03));
  EXPECT_LE(ticks(-1e300, 1e300).size(), 20U);
  EXPECT_THAT(ticks(5, 5), ElementsAre(5, 5));
}

TEST(LineChartTest, LeavesGapsAndMarksPoints) {
  const LineChart chart{.title = "Sales",
                        .labels = {"a", "b", "c", "d", "e"},
                        .lines = {{"Sales", {1.0, 2.0, std::nullopt, 4.0, 5.0}}},
                        .lower = {std::nullopt, 1.0, 1.0, 1.0, std::nullopt},
                        .upper = {std::nullopt, 3.0, 3.0, 3.0, std::nullopt},
                        .marks = {2, 4, 99},
                        .levels = {{3, "limit"}},
                        .format = plain};
  const std::string svg = draw(chart).text();
  EXPECT_EQ(count(svg, "<polyline"), 2U);
  EXPECT_EQ(count(svg, "<polygon"), 1U);
  EXPECT_EQ(count(svg, "r=\"6\""), 1U) << "a mark without a value, or of no point, is not drawn";
  EXPECT_THAT(svg, HasSubstr("limit"));
}

TEST(LineChartTest, DrawsWhateverItIsGiven) {
  const double huge = std::numeric_limits<double>::max();
  for (const Values& values : {Values{}, Values{std::nullopt}, Values{0.0}, Values{-5.0, -5.0},
                               Values{-huge, huge}, Values{std::numeric_limits<double>::infinity(), 1.0}}) {
    LineChart chart{.title = "x", .lines = {{"x", values}}, .format = [](double) { return "v"; }};
    chart.labels.assign(values.size(), "l");
    const std::string svg = draw(chart).text();
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
    EXPECT_THAT(svg, Not(HasSubstr("inf")));
    EXPECT_TRUE(to_png(svg, 100)) << svg;
  }
}

TEST(LineChartTest, NamesStayText) {
  const std::string name = "</svg><script>x</script>\"";
  const LineChart chart{.title = name,
                        .labels = {name, name},
                        .lines = {{name, {1.0, 2.0}}},
                        .marks = {0},
                        .levels = {{1, name}},
                        .format = [&](double) { return std::string(name); }};
  const std::string svg = draw(chart).text();
  EXPECT_EQ(count(svg, "<script"), 0U);
  EXPECT_EQ(count(svg, "</svg>"), 1U);
  EXPECT_EQ(count(draw(BarChart{name, {{name, 1, name}}}).text(), "<script"), 0U);
}

TEST(BarChartTest, ShowsWhatGoesTheOtherWay) {
  const std::string svg = draw(BarChart{"x", {{"up", 3, "+3"}, {"down", -1, "-1"}, {"none", 0, "0"}}}).text();
  EXPECT_EQ(count(svg, "fill=\"#0072B2\""), 2U);
  EXPECT_EQ(count(svg, "fill=\"#D55E00\""), 1U);
}

TEST(Shorten, CountsCharactersNotBytes) {
  EXPECT_EQ(shorten("ääää", 4), "ääää");
  EXPECT_EQ(shorten("äääää", 4), "äää…");
  EXPECT_EQ(shorten("", 4), "");
}

TEST(Png, IsAPictureOfTheWantedWidth) {
  const LineChart chart{.title = "x", .labels = {"a", "b"}, .lines = {{"x", {1.0, 2.0}}}, .format = plain};
  const auto png = to_png(draw(chart).text(), 480);
  ASSERT_TRUE(png) << png.error().message;
  ASSERT_GT(png->size(), 1000U);
  EXPECT_EQ(png->substr(1, 3), "PNG");
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>((*png)[at]); };
  EXPECT_EQ(byte(18) * 256 + byte(19), 480);
  EXPECT_FALSE(to_png("no svg", 480));
  EXPECT_FALSE(to_png("", 480));
}

}  // namespace
}  // namespace bellwether::charts
