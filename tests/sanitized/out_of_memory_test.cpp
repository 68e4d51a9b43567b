#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include <gtest/gtest.h>

#include "base/log.hpp"
#include "unit/net/listening.hpp"

/// Runs out of memory on purpose: while it is armed, every allocation from a given size on fails.
namespace {
std::atomic<std::size_t> fails_from = 0;  ///< 0: none
}  // namespace

void* operator new(std::size_t size) {
  const std::size_t from = fails_from;
  void* const memory = from != 0 && size >= from ? nullptr : std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace bellwether::net {
namespace {

class Echo final : public Handler {
 public:
  std::optional<Response> screen(const RequestHead&) override { return std::nullopt; }
  void handle(Request request, Respond respond) override {
    Response response;
    // A copy: the application, too, needs memory for what it does.
    response.body = std::string(request.body);
    respond(std::move(response));
  }
  Response refuse(const Refusal& refusal) override {
    Response response;
    response.status = refusal.status;
    return response;
  }
};

std::string post(const std::string& headers, const std::string& body) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body;
}

TEST(OutOfMemory, RefusesTheRequestThatNeedsIt) {
  log::configure(log::Level::kError, log::Format::kLogfmt);
  Echo echo;
  auto server = Server::open({.listen = {}}, echo);
  ASSERT_TRUE(server);
  (*server)->start();
  constexpr std::size_t kSize = 3UL << 20U;
  const std::string body(kSize, 'a');
  const std::string length = "Content-Length: " + std::to_string(kSize) + "\r\n";
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  const std::string one_chunk = "300000\r\n" + body + "\r\n0\r\n\r\n";
  const std::string small = post("Content-Length: 2\r\nConnection: close\r\n", "ok");
  // Sizes at which it fails: reserving the body, letting it grow, copying it.
  for (const std::size_t from : {kSize, kSize / 2, kSize / 8}) {
    for (const std::string& bytes : {post(length, body), post(chunked, one_chunk)}) {
      fails_from = from;
      testing::RawClient client((*server)->address(), false);
      client.send(bytes);
      const std::string answer = client.read_until("\r\n\r\n");
      EXPECT_EQ(testing::status_of(answer), 503U) << from << answer;
      testing::RawClient beside((*server)->address(), false);
      beside.send(small);
      EXPECT_EQ(testing::status_of(beside.read_all()), 200U) << "small requests need little";
      fails_from = 0;
    }
  }
  testing::RawClient after((*server)->address(), false);
  after.send(post("Connection: close\r\n" + length, body));
  EXPECT_EQ(testing::status_of(after.read_until("\r\n\r\n")), 200U);
  (*server)->stop(std::chrono::seconds(20));
}

}  // namespace
}  // namespace bellwether::net
