#pragma once

#include <string>
#include <string_view>

#include "net/http.hpp"

/// What people's browsers need of a private listener: a session in place of a header, and no other site's
/// page acting in their name.
namespace bellwether::api {

inline constexpr std::string_view kLoginPath = "/login";

/// A cookie's value; empty when it was not sent.
std::string_view find_cookie(const net::RequestHead& head, std::string_view name);

/// Whether a browser says that a page of another site makes this request. Programs send neither
/// `Sec-Fetch-Site` nor `Origin`.
bool is_cross_site(const net::RequestHead& head);

/// 303: the browser goes on with a GET of `location`, which must be a path of ours.
net::Response redirect(std::string location);
/// To the login page, and from there back to what was asked for.
net::Response redirect_to_login(const net::RequestHead& head);

/// `path` if it is one of this listener, else "/": what stands in a link must not lead elsewhere.
std::string own_path(std::string_view path);

}  // namespace bellwether::api
