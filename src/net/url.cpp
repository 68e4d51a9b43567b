#include "net/url.hpp"

#include <memory>

#include <curl/curl.h>

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

/// "https://example.com:443"; empty when the URL cannot be parsed. By libcurl's own parser, so that both
/// understand the same.
std::string origin_of(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), curl_url_cleanup);
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return "";
  std::string origin;
  for (const CURLUPart part : {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT}) {
    char* text = nullptr;
    if (curl_url_get(parsed.get(), part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return "";
    origin += origin.empty() ? "" : " ";
    for (const char* c = text; *c != '\0'; ++c)
      origin += *c >= 'A' && *c <= 'Z' ? static_cast<char>(*c - 'A' + 'a') : *c;
    curl_free(text);
  }
  return origin;
}

}  // namespace

bool has_same_origin(const std::string& one, const std::string& other) {
  const std::string origin = origin_of(one);
  return !origin.empty() && origin == origin_of(other);
}

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
