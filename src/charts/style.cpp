#include "charts/style.hpp"

#include <array>

namespace bellwether::charts {

namespace {

constexpr std::array<std::string_view, 8> kColors{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                  "#E69F00", "#56B4E9", "#333333", "#999999"};

}  // namespace

std::string_view color_of(std::size_t index) {
  return kColors[index % kColors.size()];
}

Markup picture(double width, double height, std::string_view title, const Markup& body) {
  return markup(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" "
      "role=\"img\" "
      "aria-label=\"{}\" font-family=\"DejaVu Sans, Verdana, sans-serif\" font-size=\"11\">"
      "<rect width=\"{}\" height=\"{}\" fill=\"#fff\"/>{}</svg>",
      width, height, width, height, shorten(title, kReadableCharacters), width, height, body);
}

}  // namespace bellwether::charts
