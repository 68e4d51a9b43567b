#include "subscriber/rejects.hpp"

#include <string>

#include <gtest/gtest.h>

namespace bellwether::subscriber::rejects {
namespace {

class Rejects : public ::testing::Test {
 protected:
  Rejects() : database_(":memory:", {}) { database_.script(kSchema); }
  void put(const std::string& body, const RejectLimits& limits) {
    store(database_, make_reject(nullptr, body, 400, "why", limits, from_unix_ms(1)), limits);
  }
  std::string bodies() {
    std::string all;
    for (const Reject& reject : list(database_, std::nullopt, 100)) all += reject.body + ",";
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
  const Reject reject = make_reject(&head, "0123456789", 413, "why", {.body_bytes = 4}, from_unix_ms(1));
  EXPECT_EQ(reject.body, "0123");
  EXPECT_EQ(reject.body_bytes, 10);
  EXPECT_EQ(reject.headers, R"x({"AUTHORIZATION":"(not kept)","Cookie":"(not kept)",)x"
                            R"x("X-Auth-Token":"(not kept)","User-Agent":"kept%20%ff"})x");
}

}  // namespace
}  // namespace bellwether::subscriber::rejects
