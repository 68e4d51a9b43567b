#include "api/browser.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace bellwether::api {

std::string_view find_cookie(const net::RequestHead& head, std::string_view name) {
  std::string_view rest = head.header("Cookie");
  while (!rest.empty()) {
    std::string_view pair = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('='))
      return pair.substr(name.size() + 1);
  }
  return {};
}

bool is_cross_site(const net::RequestHead& head) {
  const std::string_view site = head.header("Sec-Fetch-Site");
  if (!site.empty()) return site != "same-origin" && site != "none";
  const std::string_view origin = head.header("Origin");
  if (origin.empty()) return false;
  const std::size_t scheme = origin.find("://");
  return scheme == std::string_view::npos || origin.substr(scheme + 3) != head.header("Host");
}

net::Response redirect(std::string location) {
  net::Response response{.status = 303, .content_type = "text/plain; charset=utf-8"};
  response.headers.push_back({"Location", std::move(location)});
  return response;
}

net::Response redirect_to_login(const net::RequestHead& head) {
  const std::string asked = head.path + (head.query.empty() ? "" : "?" + head.query);
  return redirect(std::string(kLoginPath) + "?next=" + to_percent_encoding(asked));
}

std::string own_path(std::string_view path) {
  const bool is_own = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') &&
                      std::ranges::all_of(path, [](char c) { return c > ' ' && c < '\x7f'; });
  return is_own ? std::string(path) : "/";
}

}  // namespace bellwether::api
