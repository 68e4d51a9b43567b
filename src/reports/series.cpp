#include "reports/series.hpp"

namespace bellwether::reports {

std::string describe(const Segment& segment, std::string_view everything) {
  if (segment.empty()) return std::string(everything);
  std::string text;
  for (const auto& label : segment) text += (text.empty() ? "" : ", ") + label.value_or("(not set)");
  return text;
}

}  // namespace bellwether::reports
