#include <new>
#include <stdexcept>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "base/log.hpp"
#include "net/gzip.hpp"
#include "net/impl/wire_clock.hpp"
#include "unit/net/listening.hpp"

/// Every way in which the server itself refuses a request, over real sockets: each status, in each phase of a
/// request, with and without TLS, as the first request of a connection and after one that was served.
namespace bellwether::net {
namespace {

using impl::WireClock;
using std::chrono::seconds;
using testing::RawClient;
using testing::status_of;

/// Serves what is whole. Some paths fail in the ways in which an application can.
class Application final : public Handler {
 public:
  std::optional<Response> screen(const RequestHead& head) override {
    if (head.path == "/screen-throws") throw std::runtime_error("screen");
    if (head.path == "/screen-without-memory") throw std::bad_alloc();
    if (head.path != "/early") return std::nullopt;
    Response response;
    response.status = 404;
    return response;
  }
  void handle(Request request, Respond respond) override {
    if (request.path == "/throws") throw std::runtime_error("handle");
    if (request.path == "/without-memory") throw std::bad_alloc();
    if (request.path == "/forgets") return;
    Response response;
    response.body = request.body;
    respond(std::move(response));
  }
  Response refuse(const Refusal& refusal) override {
    Response response;
    response.status = refusal.status;
    response.body = refusal.message + std::string(refusal.body.substr(0, 10));
    return response;
  }
};

struct Case {
  std::string name;
  std::string bytes;
  unsigned status;
  seconds passes = seconds(0);  ///< after the bytes were sent
};

std::string post(const std::string& headers, const std::string& body = "", const std::string& path = "/") {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body;
}

constexpr std::size_t kBody = 256UL << 10U;
const std::string kChunked = "Transfer-Encoding: chunked\r\n";

std::string chunks_of_one(std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += "1\r\na\r\n";
  return all + "0\r\n\r\n";
}

std::vector<Case> make_cases() {
  const std::string bomb = deflate_gzip(std::string(2 * kBody, 'a'));
  const std::string large = deflate_gzip(std::string(kBody, 'a'));
  const auto sized = [](std::size_t size) { return "Content-Length: " + std::to_string(size) + "\r\n"; };
  return {
      {"HeadNotHttp", "\x16\x03\x01", 400},
      {"HeadWithoutHost", "GET / HTTP/1.1\r\n\r\n", 400},
      {"HeadFolded", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", 400},
      {"HeadTwoLengths", post("Content-Length: 1\r\nContent-Length: 1\r\n", "a"), 400},
      {"HeadTooSlow", "GET / HTTP/1.1\r\nHos", 408, seconds(11)},
      {"HeadLineTooLong", "GET /" + std::string(20'000, 'a'), 414},
      {"HeadTooLarge", "GET / HTTP/1.1\r\nX: " + std::string(20'000, 'a'), 431},
      {"HeadExpectation", post("Expect: tea\r\nContent-Length: 1\r\n", "a"), 417},
      {"HeadCoding", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
      {"HeadNotEndingInChunked", post("Transfer-Encoding: identity\r\n", "GET / HTTP/1.1\r\n\r\n"), 400},
      {"HeadVersion", "GET / HTTP/3.0\r\n\r\n", 505},
      {"EarlyWithBody", post("Content-Length: 3\r\n", "abc", "/early"), 404},
      {"EarlyThrows", post("Content-Length: 3\r\n", "abc", "/screen-throws"), 500},
      {"EarlyWithoutMemory", post("Content-Length: 3\r\n", "abc", "/screen-without-memory"), 503},
      {"BodyLengthTooLarge", post("Content-Length: 9000000\r\n", "abc"), 413},
      {"BodyTooSlow", post("Content-Length: 10\r\n", "{"), 408, seconds(61)},
      {"BodyNeverBegins", post("Content-Length: 10\r\n"), 408, seconds(61)},
      {"ChunkTooSlow", post(kChunked, "5\r\nab"), 408, seconds(61)},
      {"ChunkSizeWrong", post(kChunked, "zz\r\n"), 400},
      {"ChunkSizeSigned", post(kChunked, "+1\r\na\r\n0\r\n\r\n"), 400},
      {"ChunkSizeOverflows", post(kChunked, "fffffffffffffffff\r\n"), 400},
      {"ChunkSizeEndless", post(kChunked, std::string(300'000, '0')), 400},
      {"ChunkWithoutCrlf", post(kChunked, "1\r\nabcdefgh"), 400},
      {"ChunkWithLfAlone", post(kChunked, "1\na\n0\n\n"), 400},
      {"ChunkExtensionEndless", post(kChunked, "1;" + std::string(300'000, 'a')), 400},
      {"ChunkTooLarge", post(kChunked, "ffffff\r\n"), 413},
      {"ChunksTooLarge", post(kChunked, "40000\r\n" + std::string(kBody, 'a') + "\r\n1\r\na\r\n0\r\n\r\n"),
       413},
      {"ChunksMostlyFraming", post(kChunked, chunks_of_one(60'000)), 413},
      {"TrailersEndless", post(kChunked, "0\r\n" + std::string(300'000, 'a')), 400},
      {"TrailerLong", post(kChunked, "0\r\nA: " + std::string(70'000, 'a') + "\r\n\r\n"), 400},
      {"TrailerLongName", post(kChunked, "0\r\n" + std::string(66'000, 'a') + ": b\r\n\r\n"), 400},
      {"ChunkExtensionLong", post(kChunked, "1;" + std::string(20'000, 'a') + "\r\na\r\n0\r\n\r\n"), 400},
      {"EncodingTwice", post(sized(3) + "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", "abc"), 415},
      {"TrailerWrong", post(kChunked, "0\r\nno colon\r\n\r\n"), 400},
      {"EncodingUnknown", post(sized(3) + "Content-Encoding: br\r\n", "abc"), 415},
      {"GzipCutOff", post(sized(3) + "Content-Encoding: GZIP\r\n", "abc"), 400},
      {"GzipTooLarge", post(sized(bomb.size()) + "Content-Encoding: gzip\r\n", bomb), 413},
      {"GzipWithoutRoom", post(sized(large.size()) + "Content-Encoding: gzip\r\n", large), 429},
      {"BodyWithoutRoom", post(sized(kBody), std::string(kBody, 'a')), 429},
      {"HandlerThrows", post(sized(3), "abc", "/throws"), 500},
      {"HandlerWithoutMemory", post(sized(3), "abc", "/without-memory"), 503},
      {"HandlerForgets", post(sized(3), "abc", "/forgets"), 500},
  };
}

/// Made once: every process of this binary makes them to know the tests' names.
const std::vector<Case>& cases() {
  static const std::vector<Case> kAll = make_cases();
  return kAll;
}

/// A case, whether over TLS, and whether another request was served before on the same connection.
class Refused : public ::testing::TestWithParam<std::tuple<std::size_t, bool, bool>> {};

TEST_P(Refused, AndTheNextIsServed) {
  const auto [index, tls, kept] = GetParam();
  const Case& test = cases()[index];
  WireClock::advance(seconds(0));
  log::configure(log::Level::kError, log::Format::kLogfmt);
  Application application;
  Server::Options options{.listen = {},
                          .limits = {.body_bytes = kBody, .inflated_bytes = kBody},
                          .bodies = std::make_shared<BodyBudget>(
                              BodyBudget::Limits{.total = 2 * kBody, .per_client = kBody / 4})};
  if (tls) options.tls = testing::self_signed();
  const bool needs_room = test.name.starts_with("Chunks") || test.name == "GzipTooLarge";
  if (needs_room) options.bodies = nullptr;
  auto server = Server::open(options, application);
  ASSERT_TRUE(server) << server.error().message;
  (*server)->start();

  {
    RawClient client((*server)->address(), tls);
    ASSERT_TRUE(client.open());
    if (kept) {
      client.send(post("Content-Length: 2\r\n", "ok"));
      ASSERT_EQ(status_of(client.read_until("ok")), 200U);
    }
    client.send(test.bytes);
    if (test.passes > seconds(0)) {
      // So that the server is certainly at the place that the case means.
      EXPECT_EQ(client.read_until("\r\n", std::chrono::milliseconds(200)), "");
      WireClock::advance(test.passes);
    }
    const std::string answer = client.read_until("\r\n\r\n");
    EXPECT_EQ(status_of(answer), test.status) << answer;
  }
  {
    RawClient next((*server)->address(), tls);
    next.send(post("Content-Length: 2\r\nConnection: close\r\n", "ok"));
    const std::string served = next.read_all();
    EXPECT_EQ(status_of(served), 200U) << served;
    EXPECT_TRUE(served.ends_with("ok"));
  }
  (*server)->stop(seconds(20));
}

std::string name_of(const ::testing::TestParamInfo<Refused::ParamType>& info) {
  const auto [index, tls, kept] = info.param;
  return cases()[index].name + (tls ? "Tls" : "") + (kept ? "Kept" : "");
}

INSTANTIATE_TEST_SUITE_P(Server, Refused,
                         ::testing::Combine(::testing::Range<std::size_t>(0, cases().size()),
                                            ::testing::Bool(), ::testing::Bool()),
                         name_of);

class Served : public ::testing::Test {
 protected:
  Served() {
    WireClock::advance(seconds(0));
    open({});
  }
  void open(const ServerLimits& limits, const std::vector<Network>& proxies = {}) {
    server_ = *Server::open({.listen = {}, .limits = limits, .trusted_proxies = proxies}, application_);
    server_->start();
  }
  std::string exchange(const std::string& bytes) {
    RawClient client(server_->address(), false);
    client.send(bytes);
    return client.read_all();
  }

  Application application_;
  std::unique_ptr<Server> server_;
};

const std::string kClose = "Connection: close\r\n";

TEST_F(Served, WhatIsRightHoweverItIsFramed) {
  for (const std::string& bytes : {
           post(kClose + kChunked, "3;a=b;c=\"d\"\r\nabc\r\n0\r\nTrailer: x\r\n\r\n"),
           post(kClose + kChunked, "0003\r\nabc\r\n000\r\n\r\n"),
           "\r\n" + post(kClose + "Content-Length: 3\r\n", "abc"),
           std::string("POST http://elsewhere/ HTTP/1.1\r\nHost: a\r\n") + kClose +
               "Content-Length: 3\r\n\r\nabc",
           post(kClose + "content-encoding: GZip\r\nContent-Length: " +
                    std::to_string(deflate_gzip("abc").size()) + "\r\n",
                deflate_gzip("abc")),
           std::string("POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc"),
       }) {
    const std::string answer = exchange(bytes);
    EXPECT_EQ(status_of(answer), 200U) << bytes << answer;
    EXPECT_TRUE(answer.ends_with("abc")) << bytes << answer;
  }
  const std::string expected =
      exchange(post(kClose + "Expect: 100-Continue\r\nContent-Length: 3\r\n", "abc"));
  EXPECT_TRUE(expected.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")) << expected;
}

TEST_F(Served, NothingThatFollowsAFramingFault) {
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const std::string& headers :
       {std::string("Transfer-Encoding: identity\r\n"), std::string("Transfer-Encoding: xchunked\r\n"),
        std::string("Transfer-Encoding: chunked, identity\r\n"),
        std::string("Transfer-Encoding: \"chunked\"\r\n"),
        std::string("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"),
        std::string("Content-Length: 0\r\nContent-Length: 5\r\n")}) {
    const std::string answer = exchange(post(headers, smuggled));
    EXPECT_EQ(status_of(answer), 400U) << headers;
    EXPECT_EQ(answer.find("HTTP/1.1 ", 1), std::string::npos) << "one answer only: " << headers << answer;
  }
}

TEST_F(Served, AClientThatHoldsManyConnectionsLosesTheIdlest) {
  server_->stop(seconds(5));
  open({.connections = 8, .connections_per_client = 3});
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 30; ++i) {
    idle.push_back(std::make_unique<RawClient>(server_->address(), false));
    const std::string served = exchange(post(kClose + "Content-Length: 2\r\n", "ok"));
    ASSERT_EQ(status_of(served), 200U) << i;
  }
  EXPECT_EQ(idle.front()->read_all(), "");
  EXPECT_TRUE(idle.front()->closed());
}

TEST_F(Served, AProxysClientsByTheirOwnAddresses) {
  server_->stop(seconds(5));
  open({.connections_per_client = 1}, *parse_networks({"127.0.0.1"}));
  std::vector<std::unique_ptr<RawClient>> kept;
  for (int i = 0; i < 10; ++i) {
    kept.push_back(std::make_unique<RawClient>(server_->address(), false));
    kept.back()->send(post("X-Forwarded-For: 9.9.9.9\r\nContent-Length: 2\r\n", "ok"));
    ASSERT_EQ(status_of(kept.back()->read_until("ok")), 200U) << "the proxy's connections are not counted";
  }
  kept.front()->send(post("X-Forwarded-For: 9.9.9.9\r\nContent-Length: 5\r\n", "ab"));
  // Until the first has certainly begun, a second one of that client may still be served.
  unsigned status = 200;
  for (int i = 0; i < 100 && status == 200; ++i) {
    status = status_of(exchange(post(kClose + "X-Forwarded-For: 9.9.9.9\r\nContent-Length: 2\r\n", "ok")));
  }
  EXPECT_EQ(status, 429U) << "that client has a request under way";
  EXPECT_EQ(status_of(exchange(post(kClose + "X-Forwarded-For: 8.8.8.8\r\nContent-Length: 2\r\n", "ok"))),
            200U);
}

}  // namespace
}  // namespace bellwether::net
