#include "subscriber/rejected_requests.hpp"

#include <string>

#include <gtest/gtest.h>

#include "support/service_tables.hpp"

namespace bellwether::subscriber::rejected_requests {
namespace {

class Rejects : public ::testing::Test {
 protected:
  Rejects() : database_(":memory:", {}) { bellwether::testing::create_tables(database_, "subscriber"); }
  void put(const std::string& body, const RejectedRequestLimits& limits) {
    store(database_, make_rejected_request(nullptr, body, 400, "why", limits, from_unix_ms(1)), limits);
  }
  std::string bodies() {
    std::string all;
    for (const RejectedRequest& reject : list(database_, std::nullopt, 100)) all += reject.body + ",";
    return all;
  }

  storage::Database database_;
};

TEST_F(Rejects, KeepsTheNewest) {
  for (const char* body : {"a", "b", "c", "d"}) put(body, {.count = 3, .bytes = 100, .body_bytes = 10});
  EXPECT_EQ(bodies(), "d,c,b,");
}

TEST_F(Rejects, KeepsAsManyBytesAsAllowed) {
  for (const char* body : {"aaaa", "bbbb", "cccc"}) put(body, {.count = 10, .bytes = 9, .body_bytes = 10});
  EXPECT_EQ(bodies(), "cccc,bbbb,");
}

TEST_F(Rejects, KeepsNoneWhenToldSo) {
  put("a", {.count = 0, .bytes = 9, .body_bytes = 10});
  EXPECT_EQ(bodies(), "");
}

TEST_F(Rejects, CutsBodiesAndLeavesSecretsOut) {
  net::RequestHead head;
  head.path = "/p";
  head.headers = {{"AUTHORIZATION", "Basic secret"},
                  {"Cookie", "secret"},
                  {"X-Auth-Token", "secret"},
                  {"User-Agent", "kept \xff"}};
  const RejectedRequest reject =
      make_rejected_request(&head, "0123456789", 413, "why", {.body_bytes = 4}, from_unix_ms(1));
  EXPECT_EQ(reject.body, "0123");
  EXPECT_EQ(reject.body_bytes, 10);
  EXPECT_EQ(reject.headers, R"x({"AUTHORIZATION":"(not kept)","Cookie":"(not kept)",)x"
                            R"x("X-Auth-Token":"(not kept)","User-Agent":"kept%20%ff"})x");
}

}  // namespace
}  // namespace bellwether::subscriber::rejected_requests
