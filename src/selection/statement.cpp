#include "selection/statement.hpp"

#include <algorithm>

namespace bellwether::selection {

namespace {

std::string without_comment(std::string_view statement) {
  while (statement.starts_with("--")) statement.remove_prefix(statement.find('\n') + 1);
  return std::string(statement);
}

}  // namespace

std::string fill(std::string_view statement, std::vector<std::pair<std::string_view, std::string>> places) {
  std::string filled = without_comment(statement);
  // Longer names first, as one may begin another.
  std::ranges::sort(places, std::ranges::greater(), [](const auto& place) { return place.first.size(); });
  for (const auto& [name, sql] : places) {
    for (std::size_t at = filled.find(name); at != std::string::npos;
         at = filled.find(name, at + sql.size())) {
      filled.replace(at, name.size(), sql);
    }
  }
  return filled;
}

}  // namespace bellwether::selection
