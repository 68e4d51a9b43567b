#include "reports/series.hpp"

#include "base/shorten.hpp"

namespace bellwether::reports {

std::string describe(const Segment& segment, std::string_view everything) {
  if (segment.empty()) return std::string(everything);
  std::string text;
  for (const auto& label : segment) text += (text.empty() ? "" : ", ") + label.value_or("(not set)");
  return text;
}

Segment shortened(const Segment& segment, std::size_t most) {
  Segment out;
  for (const auto& label : segment)
    out.push_back(label ? std::optional(shorten(*label, most)) : std::nullopt);
  return out;
}

void render(JsonWriter& json, const Segment& segment) {
  json.begin_array();
  for (const auto& label : segment) label ? json.value(*label) : json.null();
  json.end_array();
}

}  // namespace bellwether::reports
