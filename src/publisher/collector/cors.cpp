#include "publisher/collector/cors.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace bellwether::publisher::cors {

namespace {

constexpr std::size_t kMaxEchoed = 1024;
constexpr std::string_view kUsualHeaders =
    "Content-Type, Content-Encoding, Authorization, X-Requested-With, traceparent";

/// Visible ASCII, as origins and lists of header names are: what is echoed must not end a header.
bool is_echoable(std::string_view value) {
  return !value.empty() && value.size() <= kMaxEchoed &&
         std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

void allow(net::Response& response, const net::RequestHead& request) {
  const std::string_view origin = request.header("Origin");
  response.headers.push_back({"Vary", "Origin"});
  if (!is_echoable(origin)) {
    response.headers.push_back({"Access-Control-Allow-Origin", "*"});
    return;
  }
  response.headers.push_back({"Access-Control-Allow-Origin", std::string(origin)});
  response.headers.push_back({"Access-Control-Allow-Credentials", "true"});
  response.headers.push_back({"Access-Control-Expose-Headers", "Retry-After"});
}

net::Response preflight(const net::RequestHead& request) {
  net::Response response;
  response.status = 204;
  const std::string_view wanted = request.header("Access-Control-Request-Headers");
  response.headers.push_back({"Access-Control-Allow-Methods", "GET, POST, OPTIONS"});
  response.headers.push_back(
      {"Access-Control-Allow-Headers", std::string(is_echoable(wanted) ? wanted : kUsualHeaders)});
  response.headers.push_back({"Access-Control-Max-Age", "86400"});
  // A page on a public site may send events to a collector in the company's own network.
  if (request.header("Access-Control-Request-Private-Network") == "true")
    response.headers.push_back({"Access-Control-Allow-Private-Network", "true"});
  return response;
}

}  // namespace bellwether::publisher::cors
