#include "cohorts/definition.hpp"

#include <algorithm>

namespace bellwether::cohorts {

std::vector<std::string> referenced_cohorts(const Definition& definition) {
  std::vector<std::string> names;
  for (const Group& group : definition.groups) {
    for (const Condition& condition : group.conditions) {
      const auto* reference = std::get_if<InCohort>(&condition);
      if (reference == nullptr) continue;
      if (std::ranges::find(names, reference->name) == names.end()) names.push_back(reference->name);
    }
  }
  return names;
}

bool compare(Comparison comparison, double left, double right) {
  switch (comparison) {
    case Comparison::kEqual:
      return left == right;
    case Comparison::kNotEqual:
      return left != right;
    case Comparison::kLess:
      return left < right;
    case Comparison::kLessOrEqual:
      return left <= right;
    case Comparison::kGreater:
      return left > right;
    case Comparison::kGreaterOrEqual:
      return left >= right;
  }
  return false;
}

}  // namespace bellwether::cohorts
