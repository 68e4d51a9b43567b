#pragma once

#include <string>
#include <string_view>

#include "base/markup.hpp"
#include "net/http.hpp"

/// The pages of the private listener, as HTML: they are read without JavaScript, and say by their policy
/// that none may run.
namespace bellwether::publisher {

/// A whole page around `body`.
net::Response page(std::string_view title, const Markup& body, unsigned status = 200);

/// What went wrong, in place of a page.
net::Response error_page(unsigned status, std::string_view message);

/// Somebody's text where people read it: shortened when it is long, with more of it in a title attribute.
Markup readable(std::string_view text);

/// What the pages look like.
std::string_view style_sheet();
/// Their sign in a browser's tab, as SVG.
std::string_view icon();

}  // namespace bellwether::publisher
