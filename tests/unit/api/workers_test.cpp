#include "api/workers.hpp"

#include <future>
#include <thread>

#include <gtest/gtest.h>

namespace bellwether::api {
namespace {

net::Request request_of(const std::string& path) {
  net::Request request;
  request.method = "GET";
  request.path = path;
  return request;
}

/// Asks, and says on which thread the answer was made.
std::thread::id thread_of(Workers& workers, const std::string& path) {
  std::promise<std::thread::id> made;
  workers.answer(
      request_of(path), [](net::Response) {},
      [&made](const net::Request&) {
        made.set_value(std::this_thread::get_id());
        return net::Response{};
      });
  return made.get_future().get();
}

TEST(Workers, OneNetworkThreadAtMostRunsACall) {
  Workers workers(1);
  EXPECT_EQ(thread_of(workers, "/v1/cohorts"), std::this_thread::get_id()) << "nobody else does";
  std::promise<void> begun;
  std::promise<void> release;
  std::thread other([&] {
    workers.answer(
        request_of("/v1/slow"), [](net::Response) {},
        [&](const net::Request&) {
          begun.set_value();
          release.get_future().wait();
          return net::Response{};
        });
  });
  begun.get_future().wait();
  EXPECT_NE(thread_of(workers, "/v1/cohorts"), std::this_thread::get_id())
      << "the pool does, while another is at it";
  EXPECT_EQ(thread_of(workers, "/healthz"), std::this_thread::get_id());
  release.set_value();
  other.join();
  EXPECT_EQ(thread_of(workers, "/v1/cohorts"), std::this_thread::get_id()) << "it is free again";
  workers.stop();
}

TEST(Workers, AProbeNeverRunsOnANetworkThreadThatItCouldHoldUp) {
  Workers workers(1);
  EXPECT_NE(thread_of(workers, "/metrics"), std::this_thread::get_id());
  EXPECT_NE(thread_of(workers, "/readyz"), std::this_thread::get_id());
  workers.stop();
}

TEST(Workers, ACallThatThrowsIsAnswered500AndFreesItsThread) {
  Workers workers(1);
  for (int i = 0; i < 2; ++i) {
    std::promise<unsigned> status;
    workers.answer(
        request_of("/v1/cohorts"), [&status](net::Response response) { status.set_value(response.status); },
        [](const net::Request&) -> net::Response { throw 7; });
    EXPECT_EQ(status.get_future().get(), 500U);
  }
  EXPECT_EQ(thread_of(workers, "/v1/cohorts"), std::this_thread::get_id());
  workers.stop();
}

}  // namespace
}  // namespace bellwether::api
