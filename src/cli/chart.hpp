#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace bellwether::cli {

struct ChartPoint {
  std::optional<double> value;
  std::optional<double> lower;  ///< of a band, with `upper`
  std::optional<double> upper;
  bool is_marked = false;
};

/// A chart for a terminal: a column a point (several points share one when there are more than `width`), the
/// value as a line of dots, the band shaded, marked points as crosses; the scale on the left.
std::string draw_chart(const std::vector<ChartPoint>& points, std::size_t width, std::size_t height);

}  // namespace bellwether::cli
