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

/// Whether a request to either URL reaches the same scheme, host and port, as the HTTP client reads them.
/// False when one cannot be parsed. What was meant for one of them (a password) may be sent to the other only
/// then.
bool has_same_origin(const std::string& one, const std::string& other);

}  // namespace bellwether::net
