#include "api/host_rule.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace bellwether::api {
namespace {

const net::Address kOwn{"192.0.2.7", 8091};
const std::vector<std::string> kNames{"Metrics.Example.com", "10.0.0.3"};
const HostRule kRule{kOwn, kNames, "https://user@bellwether.example.com:444/base", "admin.hosts"};

TEST(HostRule, KnowsItsOwnNames) {
  for (const char* host :
       {"localhost", "LOCALHOST:8091", "localhost.", "127.0.0.1", "127.0.0.1:1", "127.8.9.10:8091", "[::1]",
        "[::1]:8091", "192.0.2.7", "192.0.2.7:8091", "metrics.example.com", "metrics.example.COM.:80",
        "10.0.0.3:8091", "bellwether.example.com", "bellwether.example.com:8091"})
    EXPECT_TRUE(is_known_host(host, kRule)) << host;
}

TEST(HostRule, KnowsNoOthers) {
  for (const char* host : {"", ":8091", "evil.example", "evil.example:8091", "localhost.evil.example",
                           "127.0.0.1.evil.example", "evil.example@localhost", "localhost:80@evil.example",
                           "localhost:x", "[::1", "[::1]x", "[::2]", "192.0.2.8", "2130706433", "0x7f.1",
                           "user@bellwether.example.com", "x.metrics.example.com", "0.0.0.0"})
    EXPECT_FALSE(is_known_host(host, kRule)) << host;
  EXPECT_FALSE(is_known_host("", {kOwn, {}, "", "admin.hosts"}));
  EXPECT_FALSE(is_known_host("", {kOwn, {}, "no URL", "admin.hosts"}));
}

TEST(HostRule, SaysWhatToSetAndLetsProbesThrough) {
  net::RequestHead head{.method = "GET", .path = "/v1/rejects"};
  head.headers = {{"Host", "evil.example:8091"}};
  const auto refused = screen_host(head, kRule);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 421U);
  EXPECT_NE(refused->body.find("admin.hosts"), std::string::npos);
  for (const char* path : {"/healthz", "/readyz"}) {
    head.path = path;
    EXPECT_FALSE(screen_host(head, kRule)) << path;
  }
  head.path = "/v1/rejects";
  head.headers = {{"Host", "localhost:8091"}};
  EXPECT_FALSE(screen_host(head, kRule));
}

}  // namespace
}  // namespace bellwether::api
