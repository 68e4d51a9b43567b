#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bellwether::selection {

/// Puts SQL in the `$places` of a statement of sql/*.sql, and drops its leading comment. Only our own SQL
/// goes in; values are parameters.
std::string fill(std::string_view statement, std::vector<std::pair<std::string_view, std::string>> places);

}  // namespace bellwether::selection
