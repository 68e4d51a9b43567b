#include "api/call.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/error.hpp"

namespace bellwether::api {

namespace {
constexpr std::int64_t kDefaultLimit = 100;
constexpr std::int64_t kMaxLimit = 1000;
}  // namespace

std::expected<Call, ApiError> Call::parse(const net::Request& request) {
  auto path = net::split_path(request.path);
  auto parameters = net::split_query(request.query);
  if (!path || !parameters) return api_error(400, "bad_url", "the URL has a broken % escape");
  return Call{request, std::move(*path), std::move(*parameters)};
}

std::optional<std::string> Call::parameter(std::string_view name) const {
  const auto found = std::ranges::find_if(parameters, [&](const auto& pair) { return pair.first == name; });
  if (found == parameters.end()) return std::nullopt;
  return found->second;
}

std::expected<std::optional<std::int64_t>, ApiError> Call::number(std::string_view name) const {
  const auto text = parameter(name);
  if (!text) return std::nullopt;
  const auto value = parse_integer(*text);
  if (!value) return api_error(400, "bad_parameter", fmt::format("{} must be a number", name));
  return value;
}

std::expected<std::optional<Timestamp>, ApiError> Call::time(std::string_view name) const {
  const auto text = parameter(name);
  if (!text) return std::nullopt;
  const auto value = parse_iso8601(*text);
  if (!value) {
    return api_error(400, "bad_parameter",
                     fmt::format("{} must be a time such as 2026-02-06T10:53:30Z", name));
  }
  return value;
}

std::expected<std::size_t, ApiError> Call::limit() const {
  const auto given = TRY(number("limit"));
  const std::int64_t value = given.value_or(kDefaultLimit);
  if (value < 1 || value > kMaxLimit) {
    return api_error(400, "bad_parameter", fmt::format("limit must be from 1 to {}", kMaxLimit));
  }
  return static_cast<std::size_t>(value);
}

bool Call::accepts(std::string_view media_type) const {
  return request.header("Accept").find(media_type) != std::string_view::npos;
}

}  // namespace bellwether::api
