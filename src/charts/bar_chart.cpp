#include "charts/bar_chart.hpp"

#include <algorithm>
#include <cmath>

#include "charts/style.hpp"

namespace bellwether::charts {

namespace {

constexpr double kWidth = 960;
constexpr double kNames = 270;
constexpr double kTexts = 270;
constexpr double kRow = 26;

}  // namespace

Markup draw(const BarChart& chart) {
  double lowest = 0;
  double highest = 0;
  for (const Bar& bar : chart.bars) {
    lowest = std::min(lowest, bar.value);
    highest = std::max(highest, bar.value);
  }
  const double room = kWidth - kNames - kTexts;
  const double span = highest - lowest;
  const double scale = span > 0 && std::isfinite(span) ? room / span : 0;
  const double zero = kNames - lowest * scale;
  Markup body;
  double y = 4;
  for (const Bar& bar : chart.bars) {
    const double length = std::max(std::abs(bar.value) * scale, 1.0);
    const double left = bar.value < 0 ? zero - length : zero;
    body += markup(
        "<text x=\"{}\" y=\"{}\" text-anchor=\"end\" font-size=\"12\" "
        "fill=\"#222\">{}<title>{}</title></text>",
        kNames - 10, y + 15, shorten(bar.name, kLongestName), shorten(bar.name, kDetailCharacters));
    body += markup(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"18\" rx=\"2\" fill=\"{}\"><title>{}: "
        "{}</title></rect>",
        left, y + 2, length, color_of(bar.value < 0 ? 1 : 0), shorten(bar.name, kReadableCharacters),
        shorten(bar.text, kReadableCharacters));
    body += markup("<text x=\"{}\" y=\"{}\" font-size=\"12\" fill=\"#555\">{}</text>", kWidth - kTexts + 10,
                   y + 15, shorten(bar.text, kLongestName + 4));
    y += kRow;
  }
  return picture(kWidth, y + 2, chart.title, body);
}

}  // namespace bellwether::charts
