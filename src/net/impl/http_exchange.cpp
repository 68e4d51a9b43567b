#include "net/impl/http_exchange.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "net/gzip.hpp"

namespace bellwether::net::impl {

RequestHead read_head(const RequestParser& parser, std::string peer) {
  const auto& message = parser.get();
  const std::string_view target(message.target().data(), message.target().size());
  const std::size_t question = target.find('?');
  RequestHead head;
  head.method = std::string_view(message.method_string().data(), message.method_string().size());
  head.path = target.substr(0, question);
  if (question != std::string_view::npos) head.query = target.substr(question + 1);
  head.peer = std::move(peer);
  for (const auto& field : message) {
    head.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  return head;
}

Fault describe_broken_head(const boost::system::error_code& error, const ServerLimits& limits) {
  if (error == http::error::header_limit) {
    return {431, fmt::format("the request's headers are larger than {} bytes", limits.header_bytes)};
  }
  return {400, fmt::format("this is not HTTP/1.1: {}", error.message())};
}

Fault body_too_large(const ServerLimits& limits) {
  return {413, fmt::format("the body is larger than {} bytes; send smaller pages", limits.body_bytes)};
}

std::expected<void, Fault> decode_body(const RequestHead& head, std::string& body,
                                       const ServerLimits& limits) {
  const std::string_view encoding = head.header("Content-Encoding");
  if (encoding.empty() || encoding == "identity") return {};
  if (encoding != "gzip" && encoding != "x-gzip") {
    return std::unexpected(Fault{
        415, fmt::format("Content-Encoding \"{}\" is not taken; send gzip or none", for_message(encoding))});
  }
  auto inflated = inflate_gzip(body, limits.inflated_bytes);
  if (inflated) {
    body = std::move(*inflated);
    return {};
  }
  if (inflated.error() == InflateFault::kTooLarge) {
    return std::unexpected(Fault{
        413,
        fmt::format("the body inflates to more than {} bytes; send smaller pages", limits.inflated_bytes)});
  }
  return std::unexpected(Fault{400, "the body says Content-Encoding: gzip and is not whole gzip data"});
}

}  // namespace bellwether::net::impl
