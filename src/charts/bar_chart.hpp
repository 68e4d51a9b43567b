#pragma once

#include <string>
#include <vector>

#include "base/markup.hpp"

namespace bellwether::charts {

struct Bar {
  std::string name;
  double value = 0;  ///< negative ones go to the left
  std::string text;  ///< what is said of it
};

/// Bars below each other on one scale.
struct BarChart {
  std::string title;  ///< for who does not see it
  std::vector<Bar> bars;
};

/// An <svg> 960 units wide that stands alone.
Markup draw(const BarChart& chart);

}  // namespace bellwether::charts
