#include <string>

#include <gtest/gtest.h>

#include "net/body_budget.hpp"
#include "net/client_address.hpp"

namespace bellwether::net {
namespace {

using Verdict = BodyBudget::Verdict;
constexpr std::size_t kStep = 64UL << 10U;

TEST(BodyBudgetTest, BoundsOneClientAndAll) {
  BodyBudget budget({.total = 4 * kStep, .per_client = 3 * kStep});
  BodyBudget::Share first(budget, "a");
  EXPECT_EQ(first.resize(BodyBudget::kFree), Verdict::kGranted);
  EXPECT_EQ(budget.held(), 0U) << "the first bytes are free";
  EXPECT_EQ(first.resize(BodyBudget::kFree + 1), Verdict::kGranted);
  EXPECT_EQ(budget.held(), kStep);
  EXPECT_EQ(first.resize(BodyBudget::kFree + 3 * kStep), Verdict::kGranted);
  EXPECT_EQ(first.resize(BodyBudget::kFree + 4 * kStep), Verdict::kClientFull);
  EXPECT_EQ(budget.held(), 3 * kStep) << "what is not granted changes nothing";
  {
    BodyBudget::Share other(budget, "b");
    EXPECT_EQ(other.resize(BodyBudget::kFree + kStep), Verdict::kGranted);
    EXPECT_EQ(other.resize(BodyBudget::kFree + 2 * kStep), Verdict::kFull);
    BodyBudget::Share small(budget, "c");
    EXPECT_EQ(small.resize(1000), Verdict::kGranted) << "a small one is served although all is taken";
    EXPECT_EQ(budget.held(), 4 * kStep);
  }
  EXPECT_EQ(budget.held(), 3 * kStep) << "given back";
  EXPECT_EQ(first.resize(0), Verdict::kGranted);
  EXPECT_EQ(budget.held(), 0U);
}

TEST(BodyBudgetTest, HoldsATrustedProxyForNoClient) {
  BodyBudget budget({.total = 8 * kStep, .per_client = kStep});
  BodyBudget::Share proxied(budget, "");
  EXPECT_EQ(proxied.resize(BodyBudget::kFree + 8 * kStep), Verdict::kGranted);
  EXPECT_EQ(proxied.resize(BodyBudget::kFree + 9 * kStep), Verdict::kFull);
}

struct Case {
  const char* what;
  const char* peer;
  std::vector<Header> headers;
  const char* client;
};

TEST(ClientAddress, BelievesTrustedProxiesAlone) {
  const auto trusted = *parse_networks({"10.0.0.0/8", "::1", "2001:db8::/32"});
  for (const Case& c : {
           Case{"a client itself", "192.0.2.9", {}, "192.0.2.9"},
           {"a client that claims", "192.0.2.9", {{"X-Forwarded-For", "1.1.1.1"}}, "192.0.2.9"},
           {"a proxy without a word", "10.0.0.1", {}, "10.0.0.1"},
           {"a proxy's client", "10.0.0.1", {{"x-forwarded-for", "1.1.1.1"}}, "1.1.1.1"},
           {"what the client itself claimed",
            "10.0.0.1",
            {{"X-Forwarded-For", "9.9.9.9, 1.1.1.1"}},
            "1.1.1.1"},
           {"two proxies", "10.0.0.1", {{"X-Forwarded-For", "9.9.9.9, 1.1.1.1, 10.2.2.2"}}, "1.1.1.1"},
           {"two headers",
            "10.0.0.1",
            {{"X-Forwarded-For", "1.1.1.1"}, {"X-Forwarded-For", "10.9.9.9"}},
            "1.1.1.1"},
           {"proxies all the way", "10.0.0.1", {{"X-Forwarded-For", "10.3.3.3, 10.2.2.2"}}, "10.3.3.3"},
           {"not an address", "10.0.0.1", {{"X-Forwarded-For", "1.1.1.1, unknown"}}, "10.0.0.1"},
           {"a port", "10.0.0.1", {{"X-Forwarded-For", "1.1.1.1:4711"}}, "1.1.1.1"},
           {"IPv6", "::1", {{"X-Forwarded-For", "[2a00::7]:4711"}}, "2a00::7"},
           {"a mapped peer", "::ffff:10.0.0.1", {{"X-Forwarded-For", "1.1.1.1"}}, "1.1.1.1"},
           {"RFC 7239",
            "10.0.0.1",
            {{"Forwarded", "for=9.9.9.9, for=\"[2a00::7]:1\";proto=https"}},
            "2a00::7"},
           {"RFC 7239 without for", "10.0.0.1", {{"Forwarded", "proto=https"}}, "10.0.0.1"},
       }) {
    EXPECT_EQ(client_address(c.peer, c.headers, trusted), c.client) << c.what;
  }
}

TEST(ClientKey, IsTheNetworkOfAnIpv6Address) {
  const auto trusted = *parse_networks({"10.0.0.0/8"});
  EXPECT_EQ(client_key("192.0.2.9", trusted), "192.0.2.9");
  EXPECT_EQ(client_key("::ffff:192.0.2.9", trusted), "192.0.2.9");
  EXPECT_EQ(client_key("2a00:1:2:3:4:5:6:7", trusted), client_key("2a00:1:2:3::1", trusted));
  EXPECT_NE(client_key("2a00:1:2:3::1", trusted), client_key("2a00:1:2:4::1", trusted));
  EXPECT_EQ(client_key("10.1.1.1", trusted), "") << "no limit for one client holds a trusted proxy";
}

}  // namespace
}  // namespace bellwether::net
