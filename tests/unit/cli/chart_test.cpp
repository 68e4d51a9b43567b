#include "cli/chart.hpp"

#include <gtest/gtest.h>

namespace bellwether::cli {
namespace {

TEST(Chart, DrawsValuesBandsAndMarks) {
  std::vector<ChartPoint> points;
  points.reserve(6);
  for (int i = 0; i < 6; ++i) points.push_back({.value = i, .lower = i - 1.0, .upper = i + 1.0});
  points[3].value = std::nullopt;
  points[5].is_marked = true;
  EXPECT_EQ(draw_chart(points, 10, 8),
            " 6 │     ░\n"
            "   │    ░×\n"
            "   │   ░•░\n"
            "   │  ░░░\n"
            " 2 │ ░•░\n"
            "   │░•░\n"
            "   │•░\n"
            "-1 │░\n");
}

TEST(Chart, KeepsMarkedPointsWhenManyShareAColumn) {
  std::vector<ChartPoint> points(100, {.value = 1});
  points[50] = {.value = 9, .is_marked = true};
  const std::string chart = draw_chart(points, 10, 3);
  EXPECT_EQ(chart,
            "9 │     ×\n"
            "  │\n"
            "1 │••••• ••••\n");
}

TEST(Chart, DrawsAFlatLineAndNothing) {
  EXPECT_EQ(draw_chart({{.value = 5}, {.value = 5}}, 10, 2), "6 │\n5 │••\n");
  EXPECT_EQ(draw_chart({}, 10, 2), "");
  EXPECT_EQ(draw_chart({{}}, 10, 2), "1 │\n0 │\n");
}

}  // namespace
}  // namespace bellwether::cli
