#include "cli/remote.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "net/client.hpp"

namespace bellwether::cli {

namespace {

constexpr Millis kTimeout = std::chrono::seconds(60);

Result<net::Client> connect(const Remote& remote) {
  auto address = net::parse_address(remote.admin);
  if (!address) return std::unexpected(address.error());
  std::vector<net::Header> headers;
  if (!remote.token.empty()) headers.push_back({"Authorization", "Bearer " + remote.token});
  return net::Client(std::move(*address), std::move(headers), kTimeout);
}

/// The message of `{"error": {"message"}}`, or the body itself.
std::string message_of(const std::string& body) {
  boost::system::error_code wrong;
  const boost::json::value parsed = boost::json::parse(body, wrong);
  if (wrong) return body;
  const boost::json::value* message = parsed.find_pointer("/error/message", wrong);
  return message != nullptr && message->is_string() ? std::string(message->get_string()) : body;
}

}  // namespace

void Remote::add_options(CLI::App& command) {
  command.add_option("--admin", admin, "ADDR:PORT of the subscriber's private listener")
      ->envname("BELLWETHER_ADMIN_LISTEN")
      ->capture_default_str();
  command.add_option("--token", token, "Its bearer token; better in the environment")
      ->envname("BELLWETHER_ADMIN_TOKEN");
  command.add_flag("--json", json, "Print JSON instead of a table");
}

Result<std::string> Remote::get(const std::string& target) const {
  const auto client = connect(*this);
  if (!client) return std::unexpected(client.error());
  auto response = client->get(target);
  if (!response) return std::unexpected(response.error());
  if (response->status != 200) return fail(message_of(response->body));
  return std::move(response->body);
}

Result<std::optional<std::string>> Remote::stream(
    const std::string& target, const std::vector<net::Header>& headers,
    const std::function<bool(std::string_view)>& on_line) const {
  const auto client = connect(*this);
  if (!client) return std::unexpected(client.error());
  const auto response = client->stream(target, headers, on_line);
  if (!response) return std::unexpected(response.error());
  if (response->status != 200) return message_of(response->body);
  return std::nullopt;
}

}  // namespace bellwether::cli
