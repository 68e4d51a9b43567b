#include "api/router.hpp"

namespace bellwether::api {

namespace {

std::string_view take_segment(std::string_view& path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

}  // namespace

bool path_matches(std::string_view pattern, std::string_view path) {
  while (!pattern.empty() && !path.empty()) {
    const std::string_view expected = take_segment(pattern);
    const std::string_view segment = take_segment(path);
    if (expected == "*" ? segment.empty() : expected != segment) return false;
  }
  return pattern.empty() && path.empty();
}

net::Response refuse_token() {
  net::Response response = render_error(
      {401, "unauthorized", "send the header Authorization: Bearer TOKEN with the configured token"});
  response.headers.push_back({"WWW-Authenticate", "Bearer"});
  return response;
}

net::Response refuse_other_site() {
  return render_error({403, "other_site", "a page of another site may not make this request"});
}

net::Response refuse_path() {
  return render_error({404, "not_found", "there is nothing at this path; see docs/api.md"});
}

net::Response refuse_method(const std::string& allowed) {
  net::Response response =
      render_error({405, "method_not_allowed", "this path takes " + allowed + " and nothing else"});
  response.headers.push_back({"Allow", allowed});
  return response;
}

}  // namespace bellwether::api
