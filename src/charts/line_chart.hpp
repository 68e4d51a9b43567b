#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/markup.hpp"

/// Charts as SVG, for pages and mails.
namespace bellwether::charts {

using Values = std::vector<std::optional<double>>;

struct Line {
  std::string name;
  Values values;  ///< one a point; none leaves a gap
};

/// Lines over time, a band, marked points and levels.
struct LineChart {
  std::string title;                ///< for who does not see it
  std::vector<std::string> labels;  ///< one a point, below the axis
  std::vector<Line> lines;          ///< at most kMaxLines are drawn
  Values lower = {};                ///< a band behind the first line; empty: none
  Values upper = {};
  std::vector<std::size_t> marks = {};  ///< points of the first line
  struct Level {
    double value = 0;
    std::string name;
  };
  std::vector<Level> levels = {};
  std::function<std::string(double)> format;
};

inline constexpr std::size_t kMaxLines = 8;

/// An <svg> of 960 by about 320 units that stands alone.
Markup draw(const LineChart& chart);

/// Round values from `low` to `high` for an axis, about five.
std::vector<double> ticks(double low, double high);

}  // namespace bellwether::charts
