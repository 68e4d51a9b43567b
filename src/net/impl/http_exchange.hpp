#pragma once

#include <expected>
#include <string>
#include <string_view>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "net/body_budget.hpp"
#include "net/http.hpp"
#include "net/impl/fault.hpp"
#include "net/server.hpp"

/// Between Beast's messages and ours; no I/O.
namespace bellwether::net::impl {

namespace http = boost::beast::http;
using RequestParser = http::request_parser<http::string_body>;

/// Method, path, query and headers. A target in absolute form (`http://host/path`) names the host itself,
/// which then replaces the header `Host` (RFC 9112, 3.2.2).
RequestHead read_head(const RequestParser& parser);

Fault body_too_large(const ServerLimits& limits);
Fault no_room(BodyBudget::Verdict verdict);

/// Undoes the content encoding, in place. What it inflates to is taken out of `share`. A body that inflates
/// to more than `most` (which is not more than the limit) but may still be within the limit is a fault of
/// status 0 and stays as it is.
std::expected<void, Fault> decode_body(const RequestHead& head, std::string& body, std::size_t most,
                                       const ServerLimits& limits, BodyBudget::Share& share);

/// Status line and headers; the length is the caller's to say.
template <typename Body>
http::response<Body> make_head(const Response& response, bool keep_alive) {
  http::response<Body> message{static_cast<http::status>(response.status), 11};
  message.keep_alive(keep_alive);
  if (!response.content_type.empty()) message.set(http::field::content_type, response.content_type);
  for (const Header& header : response.headers) message.set(header.name, header.value);
  return message;
}

}  // namespace bellwether::net::impl
