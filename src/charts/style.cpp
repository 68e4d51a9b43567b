#include "charts/style.hpp"

#include <algorithm>
#include <array>

namespace bellwether::charts {

namespace {

constexpr std::array<std::string_view, 8> kColors{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                  "#E69F00", "#56B4E9", "#333333", "#999999"};

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

}  // namespace

std::string_view color_of(std::size_t index) {
  return kColors[index % kColors.size()];
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

std::string shorten(std::string_view text, std::size_t most) {
  if (width_of(text) <= most) return std::string(text);
  std::size_t characters = 0;
  std::size_t end = 0;
  while (end < text.size() && (!begins_character(text[end]) || ++characters < most)) ++end;
  return std::string(text.substr(0, end)) + "…";
}

Markup picture(double width, double height, std::string_view title, const Markup& body) {
  return markup(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" "
      "role=\"img\" "
      "aria-label=\"{}\" font-family=\"DejaVu Sans, Verdana, sans-serif\" font-size=\"11\">"
      "<rect width=\"{}\" height=\"{}\" fill=\"#fff\"/>{}</svg>",
      width, height, width, height, title, width, height, body);
}

}  // namespace bellwether::charts
