#include "charts/line_chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "charts/style.hpp"

namespace bellwether::charts {

namespace {

constexpr double kWidth = 960;
constexpr double kPlotHeight = 260;
constexpr double kTop = 14;
constexpr double kRight = 24;
constexpr double kAxisHeight = 24;
constexpr double kLegendHeight = 22;
/// About the width of a character of the axis's font.
constexpr double kCharacter = 6.6;
constexpr std::size_t kMaxLabels = 8;
/// So many times its own width a label needs.
constexpr double kLabelRoom = 1.5;
/// With more points none is told by itself.
constexpr std::size_t kMaxTold = 200;

/// Where the values lie on the drawing.
struct Frame {
  double left = 0;
  double low = 0;
  double high = 1;
  std::size_t points = 1;

  double x(std::size_t index) const {
    const double width = kWidth - left - kRight;
    return points < 2 ? left + width / 2
                      : left + width * static_cast<double>(index) / static_cast<double>(points - 1);
  }
  /// Values far outside of what a drawing can hold are cut.
  double y(double value) const {
    const double share = (value - low) / (high - low);
    return kTop + kPlotHeight * (1 - std::clamp(std::isfinite(share) ? share : 1.0, -1.0, 2.0));
  }
};

Frame frame_of(const LineChart& chart, const std::vector<double>& axis, double low, double high) {
  std::size_t longest = 1;
  for (const double tick : axis) longest = std::max(longest, count_characters(chart.format(tick)));
  return {.left = 16 + kCharacter * static_cast<double>(longest),
          .low = std::min(low, axis.front()),
          .high = std::max(high, axis.back()),
          .points = std::max<std::size_t>(chart.labels.size(), 1)};
}

/// The smallest and the largest of all that is drawn, with zero when it is not far.
std::pair<double, double> range_of(const LineChart& chart) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  const auto take = [&](const Values& values) {
    for (const auto& value : values) {
      if (!value || !std::isfinite(*value)) continue;
      low = std::min(low, *value);
      high = std::max(high, *value);
    }
  };
  for (std::size_t i = 0; i < chart.lines.size() && i < kMaxLines; ++i) take(chart.lines[i].values);
  take(chart.lower);
  take(chart.upper);
  for (const auto& level : chart.levels) take({level.value});
  if (low > high) return {0, 1};
  constexpr double kNear = 0.5;
  if (low > 0 && low < kNear * high) low = 0;
  if (high < 0 && high > kNear * low) high = 0;
  if (low == high) return {std::min(low, 0.0), high == 0 ? 1 : std::max(high, 0.0)};
  return {low, high};
}

/// How many labels have room below the axis.
std::size_t labels_beside(const std::vector<std::string>& labels, const Frame& frame) {
  std::size_t longest = 1;
  for (const std::string& label : labels) longest = std::max(longest, count_characters(label));
  const double room =
      (kWidth - kRight - frame.left) / (kLabelRoom * kCharacter * static_cast<double>(longest));
  return std::clamp<std::size_t>(static_cast<std::size_t>(room), 2, kMaxLabels);
}

Markup draw_axes(const LineChart& chart, const Frame& frame, const std::vector<double>& axis) {
  Markup out;
  for (const double tick : axis) {
    const double y = frame.y(tick);
    out += markup("<line x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\" stroke=\"#dde3ea\"/>", frame.left,
                  kWidth - kRight, y, y);
    out += markup("<text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"#566\">{}</text>", frame.left - 8,
                  y + 4, chart.format(tick));
  }
  const std::size_t count = chart.labels.size();
  const std::size_t shown = std::min(count, labels_beside(chart.labels, frame));
  for (std::size_t i = 0; i < shown; ++i) {
    const std::size_t index = shown == 1 ? 0 : i * (count - 1) / (shown - 1);
    const std::string_view anchor = count > 1 && index == 0           ? "start"
                                    : count > 1 && index + 1 == count ? "end"
                                                                      : "middle";
    out += markup("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\" fill=\"#566\">{}</text>", frame.x(index),
                  kTop + kPlotHeight + kAxisHeight - 6, anchor, chart.labels[index]);
  }
  return out;
}

/// Calls `piece` with the bounds of each stretch of points that `has` has.
template <typename Has, typename Piece>
void for_each_stretch(std::size_t count, Has&& has, Piece&& piece) {
  for (std::size_t begin = 0; begin < count;) {
    std::size_t end = begin;
    while (end < count && has(end)) ++end;
    if (end > begin) piece(begin, end);
    begin = end + 1;
  }
}

Markup draw_band(const LineChart& chart, const Frame& frame) {
  Markup out;
  const std::size_t count = std::min({chart.lower.size(), chart.upper.size(), chart.labels.size()});
  const auto has = [&](std::size_t i) { return chart.lower[i] && chart.upper[i]; };
  for_each_stretch(count, has, [&](std::size_t begin, std::size_t end) {
    Markup points;
    for (std::size_t i = begin; i < end; ++i)
      points += markup("{},{} ", frame.x(i), frame.y(*chart.upper[i]));
    for (std::size_t i = end; i-- > begin;) points += markup("{},{} ", frame.x(i), frame.y(*chart.lower[i]));
    out += markup("<polygon points=\"{}\" fill=\"#0072B2\" fill-opacity=\"0.13\"/>", points);
  });
  return out;
}

Markup draw_line(const LineChart& chart, const Frame& frame, const Line& line, std::string_view color) {
  Markup out;
  const std::size_t count = std::min(line.values.size(), chart.labels.size());
  const auto has = [&](std::size_t i) { return line.values[i].has_value(); };
  for_each_stretch(count, has, [&](std::size_t begin, std::size_t end) {
    Markup points;
    for (std::size_t i = begin; i < end; ++i)
      points += markup("{},{} ", frame.x(i), frame.y(*line.values[i]));
    out += markup("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>", points, color);
  });
  if (count > kMaxTold) return out;
  const std::string name = shorten(line.name, kLongestName);
  for (std::size_t i = 0; i < count; ++i) {
    if (!has(i)) continue;
    out += markup("<circle cx=\"{}\" cy=\"{}\" r=\"2.5\" fill=\"{}\"><title>{}: {}, {}</title></circle>",
                  frame.x(i), frame.y(*line.values[i]), color, name, chart.format(*line.values[i]),
                  chart.labels[i]);
  }
  return out;
}

Markup draw_marks(const LineChart& chart, const Frame& frame) {
  Markup out;
  if (chart.lines.empty()) return out;
  const Line& line = chart.lines.front();
  for (const std::size_t i : chart.marks) {
    if (i >= line.values.size() || i >= chart.labels.size() || !line.values[i]) continue;
    out += markup(
        "<circle cx=\"{}\" cy=\"{}\" r=\"6\" fill=\"#c0392b\" stroke=\"#fff\" stroke-width=\"2\"><title>{}: "
        "{}, "
        "{}</title></circle>",
        frame.x(i), frame.y(*line.values[i]), shorten(line.name, kLongestName), chart.format(*line.values[i]),
        chart.labels[i]);
  }
  return out;
}

Markup draw_levels(const LineChart& chart, const Frame& frame) {
  Markup out;
  for (const auto& level : chart.levels) {
    const double y = frame.y(level.value);
    out +=
        markup("<line x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\" stroke=\"#c0392b\" stroke-dasharray=\"6 4\"/>",
               frame.left, kWidth - kRight, y, y);
    out += markup("<text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"#c0392b\">{}</text>", kWidth - kRight,
                  y - 5, shorten(level.name, kReadableCharacters));
  }
  return out;
}

/// The names of the lines, in as many rows as they need; grows `height` by them.
Markup draw_legend(const LineChart& chart, double left, double& height) {
  Markup out;
  double x = left;
  double y = height + kLegendHeight - 8;
  const std::size_t count = std::min(chart.lines.size(), kMaxLines);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = shorten(chart.lines[i].name, kLongestName);
    const double width = 34 + kCharacter * static_cast<double>(count_characters(name));
    if (x > left && x + width > kWidth - kRight) {
      x = left;
      y += kLegendHeight;
    }
    out += markup("<rect x=\"{}\" y=\"{}\" width=\"12\" height=\"12\" rx=\"2\" fill=\"{}\"/>", x, y - 10,
                  color_of(i));
    out += markup("<text x=\"{}\" y=\"{}\" fill=\"#333\">{}<title>{}</title></text>", x + 18, y, name,
                  shorten(chart.lines[i].name, kDetailCharacters));
    x += width;
  }
  if (count > 0) height = y + 8;
  return out;
}

}  // namespace

std::vector<double> ticks(double low, double high) {
  constexpr double kWanted = 4;
  const double span = high - low;
  if (!(span > 0) || !std::isfinite(span)) return {low, high};
  const double magnitude = std::pow(10, std::floor(std::log10(span / kWanted)));
  double step = magnitude;
  for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
    step = factor * magnitude;
    if (span / step <= kWanted + 0.5) break;
  }
  std::vector<double> values;
  const double first = std::ceil(low / step - 1e-9);
  for (double i = first; i * step <= high + 1e-9 * step && values.size() < 20; ++i)
    values.push_back(i * step);
  if (values.empty()) values = {low, high};
  return values;
}

Markup draw(const LineChart& chart) {
  const auto [low, high] = range_of(chart);
  const std::vector<double> axis = ticks(low, high);
  const Frame frame = frame_of(chart, axis, low, high);
  Markup body = draw_axes(chart, frame, axis);
  body += draw_band(chart, frame);
  for (std::size_t i = std::min(chart.lines.size(), kMaxLines); i-- > 0;)
    body += draw_line(chart, frame, chart.lines[i], color_of(i));
  body += draw_levels(chart, frame);
  body += draw_marks(chart, frame);
  double height = kTop + kPlotHeight + kAxisHeight;
  body += draw_legend(chart, frame.left, height);
  return picture(kWidth, height, chart.title, body);
}

}  // namespace bellwether::charts
