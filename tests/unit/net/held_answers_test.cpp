#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "listening.hpp"
#include "net/server.hpp"

namespace bellwether::net {
namespace {

using testing::RawClient;

/// Answers each body with itself, at once.
class Echo final : public Handler {
 public:
  std::atomic<int> taken = 0;

  std::optional<Response> screen(const RequestHead&) override { return std::nullopt; }
  void handle(Request request, Respond respond) override {
    ++taken;
    Response response;
    response.body = fmt::format("<{}>", request.body);
    respond(std::move(response));
  }
  Response refuse(const Refusal& refusal) override {
    Response response;
    response.status = refusal.status;
    return response;
  }
  bool takes_unread() const override { return true; }
};

std::string request(std::string_view body) {
  return fmt::format("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
}

class HeldAnswers : public ::testing::Test {
 protected:
  void SetUp() override {
    server_ = Server::open({.listen = {"127.0.0.1", 0}}, echo_).value();
    server_->start();
  }
  void TearDown() override { server_->stop(std::chrono::seconds(2)); }

  Echo echo_;
  std::unique_ptr<Server> server_;
};

TEST_F(HeldAnswers, ComeInOrder) {
  RawClient client(server_->address(), false);
  std::string all;
  for (int i = 0; i < 500; ++i) all += request(std::to_string(i));
  client.send(all);
  const std::string answers = client.read_until("<499>");
  std::size_t at = 0;
  for (int i = 0; i < 500; ++i) {
    at = answers.find(fmt::format("<{}>", i), at);
    ASSERT_NE(at, std::string::npos) << i;
  }
}

TEST_F(HeldAnswers, DoNotWaitForTheRestOfAnotherRequest) {
  RawClient client(server_->address(), false);
  const std::string second = request("second");
  for (const std::size_t cut : {std::size_t(1), std::size_t(20), second.size() - 3}) {
    client.send(request("first") + second.substr(0, cut));
    EXPECT_NE(client.read_until("<first>").find("<first>"), std::string::npos) << cut;
    client.send(second.substr(cut));
    EXPECT_NE(client.read_until("<second>").find("<second>"), std::string::npos) << cut;
  }
}

TEST_F(HeldAnswers, ComeBeforeTheEnd) {
  RawClient client(server_->address(), false);
  client.send(request("a") + request("b") +
              "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n");
  const std::string answers = client.read_until("", std::chrono::seconds(20));
  EXPECT_NE(answers.find("<a>"), std::string::npos);
  EXPECT_NE(answers.find("<b>"), std::string::npos);
  EXPECT_NE(answers.find("HTTP/1.1 400"), std::string::npos) << answers;
}

TEST_F(HeldAnswers, RequestsOfOneThatHasGoneAreTaken) {
  {
    RawClient client(server_->address(), false);
    std::string all;
    for (int i = 0; i < 200; ++i) all += request(std::to_string(i));
    client.send(all);
  }
  for (int i = 0; i < 1000 && echo_.taken < 200; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(echo_.taken, 200);
}

}  // namespace
}  // namespace bellwether::net
