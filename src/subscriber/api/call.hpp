#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "net/http.hpp"
#include "net/url.hpp"
#include "storage/reader_pool.hpp"
#include "subscriber/api/api.hpp"

/// One call of the API, parsed, and what its answer is made of.
namespace bellwether::subscriber {

struct ApiError {
  unsigned status;
  std::string code;     ///< for programs: "not_found"
  std::string message;  ///< for people: says what to do
};

using Answer = std::expected<net::Response, ApiError>;

inline std::unexpected<ApiError> api_error(unsigned status, std::string code, std::string message) {
  return std::unexpected(ApiError{status, std::move(code), std::move(message)});
}

net::Response render_error(const ApiError& error);

struct Call {
  const net::Request& request;
  const std::vector<std::string> path;  ///< decoded segments
  const net::QueryParameters parameters;
  const Options& options;
  storage::ReaderPool& readers;
  const Metrics& metrics;
  const ApiProbes& probes;

  std::optional<std::string> parameter(std::string_view name) const;
  /// A decimal number; no value when it is not given.
  std::expected<std::optional<std::int64_t>, ApiError> number(std::string_view name) const;
  std::expected<std::optional<Timestamp>, ApiError> time(std::string_view name) const;
  /// `limit`, from 1 to 1,000; 100 when it is not given.
  std::expected<std::size_t, ApiError> limit() const;
  bool accepts(std::string_view media_type) const;
};

net::Response json_response(std::string body);

}  // namespace bellwether::subscriber
