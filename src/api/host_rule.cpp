#include "api/host_rule.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "api/answer.hpp"
#include "base/encoding.hpp"

namespace bellwether::api {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The name or address of "name:port", in lower case, without brackets and a last dot; empty when it cannot
/// be parsed.
std::string name_of(std::string_view host) {
  std::string_view name = host;
  std::string_view port;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return "";
    name = host.substr(1, end - 1);
    port = host.substr(end + 1);
  } else if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
    name = host.substr(0, colon);
    port = host.substr(colon);
  }
  if (!port.empty() && (port[0] != ':' || !std::ranges::all_of(port.substr(1), is_digit))) return "";
  if (name.ends_with('.')) name.remove_suffix(1);
  std::string out(name);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

/// The "name:port" of a URL.
std::string_view host_of_url(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  return url.substr(url.rfind('@') + 1);  // npos + 1 is 0
}

}  // namespace

bool is_known_host(std::string_view host, const HostRule& rule) {
  const std::string name = name_of(host);
  if (name.empty()) return false;
  if (name == "localhost" || net::Address{name, 0}.is_loopback()) return true;
  if (name == name_of(host_of_url(rule.base_url))) return true;
  const bool own_address = name == rule.own.ip;
  return own_address ||
         std::ranges::any_of(rule.names, [&](const auto& one) { return name == name_of(one); });
}

std::optional<net::Response> screen_host(const net::RequestHead& head, const HostRule& rule) {
  if (head.path == "/healthz" || head.path == "/readyz") return std::nullopt;
  const std::string_view host = head.header("Host");
  if (is_known_host(host, rule)) return std::nullopt;
  return render_error(
      {421, "unknown_host",
       fmt::format("the host \"{}\" is not a name of this listener: call it by localhost, or add the name to "
                   "{}, or set a token",
                   for_message(host), rule.setting)});
}

}  // namespace bellwether::api
