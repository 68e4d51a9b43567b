#include "cli/chart.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "reports/number_format.hpp"

namespace bellwether::cli {

namespace {

/// What a column shows of the points that share it.
struct Column {
  std::optional<double> low;
  std::optional<double> high;
  std::optional<double> lower;
  std::optional<double> upper;
  bool is_marked = false;
};

void widen(std::optional<double>& low, std::optional<double>& high, std::optional<double> value) {
  if (!value) return;
  low = low ? std::min(*low, *value) : *value;
  high = high ? std::max(*high, *value) : *value;
}

std::vector<Column> to_columns(const std::vector<ChartPoint>& points, std::size_t width) {
  std::vector<Column> columns(std::min(points.size(), width));
  for (std::size_t i = 0; i < points.size(); ++i) {
    Column& column = columns[i * columns.size() / points.size()];
    // A marked point is what the column is about.
    if (column.is_marked && !points[i].is_marked) continue;
    if (points[i].is_marked && !column.is_marked) column = {};
    widen(column.low, column.high, points[i].value);
    column.lower = points[i].lower;
    column.upper = points[i].upper;
    column.is_marked |= points[i].is_marked;
  }
  return columns;
}

class Scale {
 public:
  Scale(const std::vector<Column>& columns, std::size_t height) : height_(height) {
    std::optional<double> low;
    std::optional<double> high;
    for (const Column& column : columns) {
      for (const auto& value : {column.low, column.high, column.lower, column.upper}) widen(low, high, value);
    }
    low_ = low.value_or(0);
    high_ = high.value_or(1);
    if (high_ <= low_) high_ = low_ + 1;
  }

  /// Rows count from the top.
  std::size_t row(double value) const {
    const double share = (value - low_) / (high_ - low_);
    return static_cast<std::size_t>(std::lround((1 - share) * static_cast<double>(height_ - 1)));
  }
  double value(std::size_t row) const {
    return high_ - (high_ - low_) * static_cast<double>(row) / static_cast<double>(height_ - 1);
  }

 private:
  std::size_t height_;
  double low_ = 0;
  double high_ = 1;
};

std::string_view cell(const Column& column, const Scale& scale, std::size_t row) {
  const bool in_value = column.low && row >= scale.row(*column.high) && row <= scale.row(*column.low);
  if (in_value) return column.is_marked ? "×" : "•";
  const bool in_band =
      column.lower && column.upper && row >= scale.row(*column.upper) && row <= scale.row(*column.lower);
  return in_band ? "░" : " ";
}

}  // namespace

std::string draw_chart(const std::vector<ChartPoint>& points, std::size_t width, std::size_t height) {
  if (points.empty()) return "";
  height = std::max<std::size_t>(height, 2);
  const auto columns = to_columns(points, std::max<std::size_t>(width, 1));
  const Scale scale(columns, height);
  std::vector<std::string> labels;
  std::size_t widest = 0;
  for (std::size_t row = 0; row < height; ++row) {
    labels.push_back(row % 4 == 0 || row + 1 == height ? reports::format_number(scale.value(row)) : "");
    widest = std::max(widest, labels.back().size());
  }
  std::string chart;
  for (std::size_t row = 0; row < height; ++row) {
    std::string line = fmt::format("{:>{}} │", labels[row], widest);
    for (const Column& column : columns) line += cell(column, scale, row);
    line.erase(line.find_last_not_of(' ') + 1);
    chart += line + "\n";
  }
  return chart;
}

}  // namespace bellwether::cli
