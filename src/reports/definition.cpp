#include "reports/definition.hpp"

#include <array>

namespace bellwether::reports {

bool needs_property(Measure measure) {
  return measure >= Measure::kSum;
}

bool is_count(Measure measure) {
  return measure <= Measure::kMonthlyActive || measure == Measure::kSum || measure == Measure::kDistinct;
}

std::string_view to_string(Definition::Kind kind) {
  constexpr std::array<std::string_view, 4> kWords{"insights", "funnels", "retention", "segmentation"};
  return kWords[static_cast<std::size_t>(kind)];
}

const Frame& Definition::frame() const {
  return std::visit([](const auto& one) -> const Frame& { return one.frame; }, report);
}

}  // namespace bellwether::reports
