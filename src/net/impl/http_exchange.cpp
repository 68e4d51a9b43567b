#include "net/impl/http_exchange.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "net/gzip.hpp"

namespace bellwether::net::impl {

namespace {

/// "http://host:80/path?x" -> its authority; `target` becomes what follows it, at least "/".
std::string_view take_authority(std::string_view& target) {
  const std::size_t begin = target.find("://") + 3;
  const std::size_t end = std::min(target.find_first_of("/?", begin), target.size());
  const std::string_view authority = target.substr(begin, end - begin);
  target.remove_prefix(end);
  return authority;
}

}  // namespace

RequestHead read_head(const RequestParser& parser) {
  const auto& message = parser.get();
  std::string_view target(message.target().data(), message.target().size());
  const bool absolute = target.starts_with("http://") || target.starts_with("https://");
  const std::string_view authority = absolute ? take_authority(target) : std::string_view{};
  const std::size_t question = target.find('?');
  RequestHead head;
  head.method = std::string_view(message.method_string().data(), message.method_string().size());
  head.path = target.substr(0, question);
  if (head.path.empty()) head.path = "/";
  if (question != std::string_view::npos) head.query = target.substr(question + 1);
  for (const auto& field : message) {
    const bool replaced = absolute && field.name() == http::field::host;
    head.headers.push_back(
        {std::string(field.name_string()), replaced ? std::string(authority) : std::string(field.value())});
  }
  return head;
}

Fault body_too_large(const ServerLimits& limits) {
  return {413, fmt::format("the body is larger than {} bytes; send smaller pages", limits.body_bytes)};
}

Fault no_room(BodyBudget::Verdict verdict) {
  if (verdict == BodyBudget::Verdict::kClientFull)
    return {429, "too much of this client's is under way; try again when it was answered"};
  return {503, "too much is under way; try again in a moment"};
}

std::expected<void, Fault> decode_body(const RequestHead& head, std::string& body, std::size_t most,
                                       const ServerLimits& limits, BodyBudget::Share& share) {
  const auto names_encoding = [](const Header& header) { return same_name(header.name, "Content-Encoding"); };
  if (std::ranges::count_if(head.headers, names_encoding) > 1)
    return std::unexpected(Fault{415, "there are several Content-Encoding headers; send gzip or none"});
  const std::string_view encoding = head.header("Content-Encoding");
  if (encoding.empty() || same_name(encoding, "identity")) return {};
  if (!same_name(encoding, "gzip") && !same_name(encoding, "x-gzip")) {
    return std::unexpected(Fault{
        415, fmt::format("Content-Encoding \"{}\" is not taken; send gzip or none", for_message(encoding))});
  }
  auto verdict = BodyBudget::Verdict::kGranted;
  const auto may_hold = [&](std::size_t bytes) {
    verdict = share.resize(body.size() + bytes);
    return verdict == BodyBudget::Verdict::kGranted;
  };
  auto inflated = inflate_gzip(body, std::min(most, limits.inflated_bytes), may_hold);
  if (inflated) {
    body = std::move(*inflated);
    share.resize(body.capacity());
    return {};
  }
  switch (inflated.error()) {
    case InflateFault::kTooLarge:
      if (most < limits.inflated_bytes) return std::unexpected(Fault{0, {}});
      return std::unexpected(Fault{
          413,
          fmt::format("the body inflates to more than {} bytes; send smaller pages", limits.inflated_bytes)});
    case InflateFault::kNoRoom:
      return std::unexpected(no_room(verdict));
    case InflateFault::kCorrupt:
      break;
  }
  return std::unexpected(Fault{400, "the body says Content-Encoding: gzip and is not whole gzip data"});
}

}  // namespace bellwether::net::impl
