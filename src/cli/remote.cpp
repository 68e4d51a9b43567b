#include "cli/remote.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/line_splitter.hpp"
#include "base/visible.hpp"
#include "net/address.hpp"
#include "net/http_client.hpp"

namespace bellwether::cli {

namespace {

Result<net::ClientRequest> make_request(const Remote& remote, const std::string& target) {
  const auto address = TRY(net::parse_address(remote.admin));
  net::ClientRequest request{.url = fmt::format("http://{}{}", address.to_string(), target)};
  if (!remote.token.empty()) request.headers.push_back({"Authorization", "Bearer " + remote.token});
  request.response_bytes = 1UL << 30U;
  return request;
}

std::unexpected<Error> unreachable(const Remote& remote, const net::ClientFailure& failure) {
  return fail(fmt::format("cannot reach {}: {} (is the {} running there?)", remote.admin, failure.message,
                          remote.peer.name));
}

/// The message of `{"error": {"message"}}`, or the body itself.
std::string text_of_error(const std::string& body) {
  boost::system::error_code wrong;
  const boost::json::value parsed = boost::json::parse(body, wrong);
  if (wrong) return body;
  const boost::json::value* message = parsed.find_pointer("/error/message", wrong);
  return message != nullptr && message->is_string() ? std::string(message->get_string()) : body;
}

/// One line, whatever it quotes.
std::string message_of(unsigned status, const std::string& body) {
  if (body.empty()) return fmt::format("the service answered {} and no more", status);
  return visible(text_of_error(body));
}

}  // namespace

void Remote::add_options(CLI::App& command) {
  command.add_option("--admin", admin, fmt::format("ADDR:PORT of the {}'s private listener", peer.name))
      ->envname(peer.address_env)
      ->capture_default_str();
  command.add_option("--token", token, "Its bearer token; better in the environment")
      ->envname(peer.token_env);
  command.add_flag("--json", json, "Print JSON instead of a table");
}

Result<std::string> Remote::get(const std::string& target) const {
  return send("GET", target, "");
}

Result<std::string> Remote::send(const std::string& method, const std::string& target,
                                 std::string body) const {
  auto request = TRY(make_request(*this, target));
  request.method = method;
  request.body = std::move(body);
  if (!request.body.empty()) request.headers.push_back({"Content-Type", "application/json"});
  auto response = net::HttpClient({}).send(request);
  if (!response) return unreachable(*this, response.error());
  if (response->status / 100 != 2) return fail(message_of(response->status, response->body));
  return std::move(response->body);
}

Result<std::optional<std::string>> Remote::stream(
    const std::string& target, const std::vector<net::Header>& headers,
    const std::function<bool(std::string_view)>& on_line) const {
  auto request = TRY(make_request(*this, target));
  request.headers.insert(request.headers.end(), headers.begin(), headers.end());
  request.timeouts.whole = Millis(0);
  LineSplitter lines;
  const auto response =
      net::HttpClient({}).stream(request, [&](std::string_view piece) { return lines.take(piece, on_line); });
  if (!response) return unreachable(*this, response.error());
  if (response->status != 200) return message_of(response->status, response->body);
  return std::nullopt;
}

}  // namespace bellwether::cli
