#include "net/url.hpp"

#include "base/encoding.hpp"

namespace bellwether::net {

namespace {

/// Calls `each` with every piece between separators; stops and answers false when it does.
template <typename Each>
bool for_each_piece(std::string_view text, char separator, Each&& each) {
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    if (!each(text.substr(0, end))) return false;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return true;
}

}  // namespace

std::optional<std::vector<std::string>> split_path(std::string_view path) {
  std::vector<std::string> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  const bool valid = for_each_piece(path, '/', [&](std::string_view piece) {
    auto segment = from_percent_encoding(piece, false);
    if (segment) segments.push_back(std::move(*segment));
    return segment.has_value();
  });
  if (!valid) return std::nullopt;
  return segments;
}

std::optional<QueryParameters> split_query(std::string_view query) {
  QueryParameters parameters;
  const bool valid = for_each_piece(query, '&', [&](std::string_view piece) {
    const std::size_t equals = piece.find('=');
    auto name = from_percent_encoding(piece.substr(0, equals), true);
    auto value =
        from_percent_encoding(equals == std::string_view::npos ? "" : piece.substr(equals + 1), true);
    if (!name || !value) return false;
    parameters.emplace_back(std::move(*name), std::move(*value));
    return true;
  });
  if (!valid) return std::nullopt;
  return parameters;
}

}  // namespace bellwether::net
