#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/answer.hpp"
#include "base/time.hpp"
#include "net/http.hpp"
#include "net/url.hpp"

namespace bellwether::api {

/// One call of an API, its URL parsed. Each service derives its own, with what its calls need.
struct Call {
  const net::Request& request;
  std::vector<std::string> path;  ///< decoded segments
  net::QueryParameters parameters;

  /// Fails with 400 on a broken escape.
  static std::expected<Call, ApiError> parse(const net::Request& request);

  std::optional<std::string> parameter(std::string_view name) const;
  /// A decimal number; no value when it is not given.
  std::expected<std::optional<std::int64_t>, ApiError> number(std::string_view name) const;
  std::expected<std::optional<Timestamp>, ApiError> time(std::string_view name) const;
  /// `limit`, from 1 to 1,000; 100 when it is not given.
  std::expected<std::size_t, ApiError> limit() const;
  bool accepts(std::string_view media_type) const;
};

}  // namespace bellwether::api
