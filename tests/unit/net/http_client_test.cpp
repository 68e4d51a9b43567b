#include "net/http_client.hpp"

#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/server.hpp"
#include "support/scripted_endpoint.hpp"
#include "support/temporary_folder.hpp"
#include "unit/net/changing_name.hpp"

namespace bellwether::net {
namespace {

using bellwether::testing::ScriptedEndpoint;
using ::testing::HasSubstr;
using Kind = ClientFailure::Kind;

ClientFailure::Kind failure_of(HttpClient& client, const ClientRequest& request) {
  const auto response = client.send(request);
  EXPECT_FALSE(response) << request.url << " answered " << (response ? response->status : 0);
  return response ? Kind::kBadUrl : response.error().kind;
}

TEST(HttpClientTest, SendsAndKeepsTheConnection) {
  ScriptedEndpoint endpoint(
      {{ScriptedEndpoint::ok("one")}, {"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"}});
  HttpClient client({});
  const auto first = client.send({.url = endpoint.url("/a?b=c"), .headers = {{"X-Id", "1"}}});
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->status, 200U);
  EXPECT_EQ(first->body, "one");
  const auto second = client.send(
      {.method = "POST", .url = endpoint.url(), .body = "hello", .user = "ann", .password = "pw"});
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->status, 503U);
  EXPECT_EQ(second->header("retry-after"), "7");
  EXPECT_EQ(endpoint.connections(), 1);
  EXPECT_THAT(endpoint.requests()[0], ::testing::StartsWith("GET /a?b=c HTTP/1.1\r\n"));
  EXPECT_THAT(endpoint.requests()[0], HasSubstr("X-Id: 1\r\n"));
  EXPECT_THAT(endpoint.requests()[1], ::testing::StartsWith("POST / HTTP/1.1\r\n"));
  EXPECT_THAT(endpoint.requests()[1], HasSubstr("Authorization: Basic YW5uOnB3\r\n"));
  EXPECT_THAT(endpoint.requests()[1], ::testing::EndsWith("\r\n\r\nhello"));
}

TEST(HttpClientTest, FollowsNoRedirect) {
  ScriptedEndpoint endpoint({{"HTTP/1.1 302 Found\r\nLocation: /else\r\nContent-Length: 0\r\n\r\n"},
                             {ScriptedEndpoint::ok("else")}});
  HttpClient client({});
  const auto response = client.send({.url = endpoint.url()});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 302U);
  EXPECT_EQ(endpoint.requests().size(), 1U);
}

TEST(HttpClientTest, BoundsTheBody) {
  ScriptedEndpoint endpoint({{ScriptedEndpoint::ok(std::string(100'000, 'x'))}});
  HttpClient client({});
  const auto response = client.send({.url = endpoint.url(), .response_bytes = 1000});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body.size(), 1000U);
  EXPECT_TRUE(response->cut);
}

TEST(HttpClientTest, EndsAnAnswerWithEndlessHeaders) {
  struct Case {
    const char* what;
    const char* reply;
    std::string endless;
  };
  const std::string long_value(1000, 'v');
  for (const auto& [what, reply, endless] : {
           Case{"trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
                "X-T: " + long_value + "\r\n"},
           Case{"short trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "a:\r\n"},
           Case{"headers", "HTTP/1.1 200 OK\r\n", "X-H: " + long_value + "\r\n"},
           Case{"one header", "HTTP/1.1 200 OK\r\nX-H: ", long_value},
           Case{"short headers", "HTTP/1.1 200 OK\r\n", "a:\r\n"},
           Case{"interim answers", "", "HTTP/1.1 100 Continue\r\n\r\n"},
           Case{"interim answers with headers", "",
                "HTTP/1.1 103 Early Hints\r\nLink: " + long_value + "\r\n\r\n"},
       }) {
    ScriptedEndpoint endpoint({{.reply = reply, .endless = endless}});
    HttpClient client({});
    const auto response =
        client.send({.url = endpoint.url(), .timeouts = {.whole = std::chrono::seconds(20)}});
    ASSERT_FALSE(response) << what;
    EXPECT_EQ(response.error().kind, Kind::kBroken) << what << ": " << response.error().message;
    EXPECT_LT(endpoint.flooded_bytes(), 64U << 20U) << what;
  }
}

TEST(HttpClientTest, SaysThatThereWereTooManyHeaders) {
  const ScriptedEndpoint::Step step{.reply = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
                                    .endless = "X-Trailer: value\r\n"};
  ScriptedEndpoint endpoint({step});
  const auto response = HttpClient({}).send({.url = endpoint.url()});
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message, HasSubstr("more than 1000 header and trailer lines"));
}

TEST(HttpClientTest, TakesManyHeadersWithinTheLimit) {
  std::string reply = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
  for (int i = 0; i < 500; ++i) reply += fmt::format("X-{}: {}\r\n", i, std::string(100, 'v'));
  ScriptedEndpoint endpoint({{reply + "\r\n"}});
  const auto response = HttpClient({}).send({.url = endpoint.url()});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->headers.size(), 501U);
}

TEST(HttpClientTest, EndsAnEndlessBody) {
  for (const char* reply : {"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n"}) {
    ScriptedEndpoint endpoint({{.reply = reply, .endless = std::string(1000, 'x')}});
    const auto response = HttpClient({}).send({.url = endpoint.url(), .response_bytes = 5000});
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_TRUE(response->cut);
    EXPECT_EQ(response->body.size(), 5000U);
    EXPECT_LT(endpoint.flooded_bytes(), 64U << 20U);
  }
}

TEST(HttpClientTest, StreamsPieces) {
  ScriptedEndpoint endpoint(
      {{ScriptedEndpoint::ok("abc")}, {"HTTP/1.1 410 Gone\r\nContent-Length: 3\r\n\r\nold"}});
  HttpClient client({});
  std::string seen;
  const auto take = [&](std::string_view piece) {
    seen += piece;
    return true;
  };
  ASSERT_TRUE(client.stream({.url = endpoint.url()}, take));
  EXPECT_EQ(seen, "abc");
  const auto gone = client.stream({.url = endpoint.url()}, take);
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->status, 410U);
  EXPECT_EQ(gone->body, "old") << "another status is no stream";
  EXPECT_EQ(seen, "abc");
}

TEST(HttpClientTest, TellsFailuresApart) {
  HttpClient client({});
  const ClientTimeouts quick{.connect = Millis(2000), .first_byte = Millis(300), .whole = Millis(5000)};
  ScriptedEndpoint hangs_up({{"", true}});
  EXPECT_EQ(failure_of(client, {.url = hangs_up.url(), .timeouts = quick}), Kind::kBroken);
  ScriptedEndpoint half({{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", true}});
  EXPECT_EQ(failure_of(client, {.url = half.url(), .timeouts = quick}), Kind::kBroken);
  ScriptedEndpoint no_http({{"220 smtp ready\r\n", true}});
  EXPECT_EQ(failure_of(client, {.url = no_http.url(), .timeouts = quick}), Kind::kBroken);
  ScriptedEndpoint silent({{"", false, std::chrono::seconds(20)}});
  EXPECT_EQ(failure_of(client, {.url = silent.url(), .timeouts = quick}), Kind::kTimeout);
  ScriptedEndpoint slow({{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", false}});
  EXPECT_EQ(failure_of(client,
                       {.url = slow.url(), .timeouts = {.first_byte = Millis(60'000), .whole = Millis(300)}}),
            Kind::kTimeout);
  std::string closed_url;
  {
    const ScriptedEndpoint closed({});
    closed_url = closed.url();
  }
  EXPECT_EQ(failure_of(client, {.url = closed_url}), Kind::kConnect);
  EXPECT_EQ(failure_of(client, {.url = "http://name.invalid/"}), Kind::kResolve);
  EXPECT_EQ(failure_of(client, {.url = "http://"}), Kind::kBadUrl);
  EXPECT_EQ(failure_of(client, {.url = "file:///etc/passwd"}), Kind::kBadUrl);
}

TEST(HttpClientTest, TheGuardSeesEveryFormOfAnAddress) {
  const auto guard = EgressGuard::make({.https_only = false});
  ScriptedEndpoint endpoint({{ScriptedEndpoint::ok("inside")}});
  HttpClient client({.guard = &*guard});
  for (const char* host : {"127.0.0.1", "2130706433", "0177.0.0.1", "0x7f000001", "0x7f.1", "127.1",
                           "localhost", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::1]", "0", "[::]"}) {
    const ClientRequest request{.url = fmt::format("http://{}:{}/", host, endpoint.port())};
    EXPECT_EQ(failure_of(client, request), Kind::kForbidden) << host;
  }
  EXPECT_EQ(endpoint.connections(), 0);
  const EgressGuard https_only;
  HttpClient strict({.guard = &https_only});
  EXPECT_EQ(failure_of(strict, {.url = endpoint.url()}), Kind::kForbidden);
  const auto lenient = EgressGuard::make({.https_only = false, .allow = {"127.0.0.0/8"}});
  HttpClient allowed({.guard = &*lenient});
  EXPECT_TRUE(allowed.send({.url = endpoint.url()}));
}

class TlsClient : public ::testing::Test, public Handler {
 protected:
  std::optional<Response> screen(const RequestHead&) override { return std::nullopt; }
  void handle(Request, Respond respond) override { respond({.body = "secure"}); }
  Response refuse(const Refusal& refusal) override { return {.status = refusal.status}; }

  /// A server whose self-signed certificate is for `name`.
  std::unique_ptr<Server> serve(const std::string& name) {
    const std::string command = fmt::format(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout {0}/key.pem -out "
        "{0}/cert.pem "
        "-days 2 -subj /CN={1} -addext subjectAltName={1} 2>/dev/null",
        folder_.path(), name);
    if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl failed");
    auto server = Server::open(
        {.listen = {"127.0.0.1", 0}, .tls = TlsFiles{folder_.file("cert.pem"), folder_.file("key.pem")}},
        *this);
    if (!server) throw std::runtime_error(server.error().message);
    (*server)->start();
    return std::move(*server);
  }

  bellwether::testing::TemporaryFolder folder_;
};

TEST_F(TlsClient, TrustsOnlyWhatItIsToldTo) {
  const auto server = serve("IP:127.0.0.1");
  const ClientRequest request{.url = "https://" + server->address().to_string()};
  HttpClient system_ca({});
  EXPECT_EQ(failure_of(system_ca, request), Kind::kTls);
  HttpClient own_ca({.ca_file = folder_.file("cert.pem")});
  const auto response = own_ca.send(request);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "secure");
}

TEST_F(TlsClient, ChecksTheHostName) {
  const auto server = serve("DNS:elsewhere.example");
  HttpClient client({.ca_file = folder_.file("cert.pem")});
  EXPECT_EQ(failure_of(client, {.url = "https://" + server->address().to_string()}), Kind::kTls);
}

TEST(HttpClientTest, ChecksTheAddressThatANameHasNowAndNotTheOneThatItHad) {
  const bellwether::testing::ScriptedEndpoint endpoint(
      {{bellwether::testing::ScriptedEndpoint::ok("first")},
       {bellwether::testing::ScriptedEndpoint::ok("second")}});
  const auto guard = EgressGuard::make({.https_only = false, .allow = {"127.0.0.1"}});
  ASSERT_TRUE(guard);
  const bellwether::testing::ChangingName name("rebinding.example",
                                               {"127.0.0.1", "127.0.0.2", "10.0.0.1", "127.0.0.1"});
  const auto ask = [&] {
    return HttpClient({.guard = &*guard})
        .send({.url = "http://rebinding.example:" + std::to_string(endpoint.port()) + "/"});
  };
  const auto first = ask();
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->body, "first");
  for (const char* forbidden : {"127.0.0.2", "10.0.0.1"}) {
    const auto refused = ask();
    ASSERT_FALSE(refused) << forbidden;
    EXPECT_EQ(refused.error().kind, ClientFailure::Kind::kForbidden);
  }
  EXPECT_TRUE(ask());
}

}  // namespace
}  // namespace bellwether::net
