#include "publisher/connection_test.hpp"

#include "api/answer.hpp"
#include "net/http_client.hpp"

namespace bellwether::publisher {

namespace {

/// What an answer to a body that is no page tells about the endpoint.
std::string read_test(unsigned status) {
  if (status == 401 || status == 403) return "it is reached, but refuses the user or password";
  if (status == 404) return "the host is reached, but has no endpoint at this path";
  if (status >= 300 && status < 400)
    return "it redirects, and redirects are not followed: give the last address";
  if (status >= 500) return "it is reached, but fails";
  return "it is reached and takes the credentials";
}

}  // namespace

net::Response test_connection(const std::string& url, const std::string& user, const std::string& password,
                              const net::EgressGuard& guard, const sync::DispatcherOptions& delivery) {
  // An empty object is no message: a receiver refuses it and keeps nothing, but only behind TLS, path and
  // credentials.
  net::ClientRequest request{
      .method = "POST",
      .url = url,
      .headers = {{"Content-Type", "application/json"}, {"User-Agent", "Bellwether"}},
      .body = "{}",
      .response_bytes = delivery.response_bytes,
      .timeouts = {.first_byte = std::chrono::seconds(10), .whole = std::chrono::seconds(15)}};
  if (!user.empty()) {
    request.user = user;
    request.password = password;
  }
  net::HttpClient client({.guard = &guard, .ca_file = delivery.ca_file});
  const auto answer = client.send(request);
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("status");
  if (answer) {
    const bool right = answer->status < 300 || answer->status == 400 || answer->status == 422;
    json.value(answer->status).key("ok").value(right).key("message").value(read_test(answer->status));
    json.key("latency_ms").value(answer->took.count());
  } else {
    json.null().key("ok").value(false).key("message").value(answer.error().message).key("latency_ms").null();
  }
  json.end_object();
  return api::json_response(std::move(body));
}

}  // namespace bellwether::publisher
