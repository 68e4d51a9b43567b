#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bellwether::net {

/// "/v1/cohorts/8%2F9" -> {"v1", "cohorts", "8/9"}; no value for a broken escape.
std::optional<std::vector<std::string>> split_path(std::string_view path);

using QueryParameters = std::vector<std::pair<std::string, std::string>>;

/// "limit=10&after=ann" as decoded pairs, in order; no value for a broken escape.
std::optional<QueryParameters> split_query(std::string_view query);

}  // namespace bellwether::net
