#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "base/encoding.hpp"
#include "net/address.hpp"
#include "net/credentials.hpp"
#include "net/egress_guard.hpp"
#include "net/gzip.hpp"
#include "net/http.hpp"
#include "net/stretch_limiter.hpp"
#include "net/url.hpp"

namespace bellwether::net {
namespace {

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(Gzip, InflatesWithinTheLimit) {
  const std::string text(100'000, 'x');
  EXPECT_EQ(inflate_gzip(gzip(text), 100'000), text);
  EXPECT_EQ(inflate_gzip(gzip(""), 10), "");
  EXPECT_EQ(inflate_gzip(gzip("ab") + gzip("cd"), 10), "abcd") << "several members";
  EXPECT_EQ(inflate_gzip(gzip(text), 99'999).error(), InflateFault::kTooLarge);
  EXPECT_EQ(inflate_gzip(gzip(std::string(5'000'000, '\0')), 1 << 20).error(), InflateFault::kTooLarge);
}

TEST(Gzip, RefusesWhatIsNotWhole) {
  const std::string whole = gzip(std::string(1000, 'x'));
  EXPECT_EQ(inflate_gzip("", 10).error(), InflateFault::kCorrupt);
  EXPECT_EQ(inflate_gzip("plain text", 100).error(), InflateFault::kCorrupt);
  EXPECT_EQ(inflate_gzip(whole.substr(0, whole.size() - 1), 10'000).error(), InflateFault::kCorrupt);
  std::string damaged = whole;
  damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);
  EXPECT_EQ(inflate_gzip(damaged, 10'000).error(), InflateFault::kCorrupt) << "the checksum";
}

TEST(Address, ReadsIpAndPort) {
  EXPECT_EQ(parse_address("127.0.0.1:80")->to_string(), "127.0.0.1:80");
  EXPECT_EQ(parse_address("[::1]:80")->to_string(), "[::1]:80");
  EXPECT_EQ(parse_address("localhost:0")->ip, "127.0.0.1");
  EXPECT_TRUE(parse_address("127.9.9.9:1")->is_loopback());
  EXPECT_TRUE(parse_address("[::1]:1")->is_loopback());
  EXPECT_FALSE(parse_address("0.0.0.0:1")->is_loopback());
  EXPECT_FALSE(parse_address("[::]:1")->is_loopback());
  for (const char* wrong : {"", "80", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
                            "::1:80", "example.com:80", "[::1]"}) {
    EXPECT_FALSE(parse_address(wrong)) << wrong;
  }
}

TEST(Url, SplitsAndDecodes) {
  EXPECT_THAT(*split_path("/v1/cohorts/8/a%2Fb"), ::testing::ElementsAre("v1", "cohorts", "8", "a/b"));
  EXPECT_THAT(*split_path("/"), ::testing::IsEmpty());
  EXPECT_FALSE(split_path("/%2"));
  EXPECT_THAT(*split_query("a=1&b=x+y%26&c"),
              ::testing::ElementsAre(std::pair("a", "1"), std::pair("b", "x y&"), std::pair("c", "")));
  EXPECT_FALSE(split_query("a=%g1"));
}

TEST(RequestHead, FindsHeadersInAnyCase) {
  RequestHead head;
  head.headers = {{"Content-TYPE", "a"}, {"content-type", "b"}};
  EXPECT_EQ(head.header("content-type"), "a");
  EXPECT_EQ(head.header("accept"), "");
}

std::string basic(const std::string& pair) {
  return "Basic " + to_base64(pair);
}

using Verdict = CredentialSet::Verdict;

TEST(Credentials, AnyOfThemOpens) {
  const std::string hash = hash_password("new pass:word");
  EXPECT_TRUE(hash.starts_with("pbkdf2-sha256$"));
  EXPECT_NE(hash, hash_password("new pass:word")) << "salted";
  const auto set = CredentialSet::make({{"ann", "old", ""}, {"ann", "", hash}});
  ASSERT_TRUE(set);
  for (int twice = 0; twice < 2; ++twice) {
    EXPECT_EQ(set->check(basic("ann:old"), "a"), Verdict::kAccepted);
    EXPECT_EQ(set->check(basic("ann:new pass:word"), "a"), Verdict::kAccepted);
    int client = 0;
    for (const std::string& wrong :
         {basic("ann:new"), basic("bob:old"), basic("ann:"), basic("ann"), basic(""), std::string("Bearer x"),
          std::string("Basic ???"), std::string()}) {
      EXPECT_EQ(set->check(wrong, std::to_string(++client)), Verdict::kRefused) << wrong;
    }
  }
  EXPECT_EQ(set->check("basic " + to_base64("ann:old"), "a"), Verdict::kAccepted)
      << "the scheme's case does not matter";
}

TEST(Credentials, WithoutAnyEverybodyMayIn) {
  EXPECT_EQ(CredentialSet::make({})->check("", "a"), Verdict::kAccepted);
}

TEST(Credentials, WhoSendsWrongOnesWaitsAndOthersDoNot) {
  const auto set = CredentialSet::make({{"ann", "", hash_password("right")}});
  ASSERT_EQ(set->check(basic("ann:right"), "sender"), Verdict::kAccepted);
  int refused = 0;
  Verdict last = Verdict::kRefused;
  while (last == Verdict::kRefused && refused < 100) {
    last = set->check(basic("ann:" + std::to_string(++refused)), "attacker");
  }
  EXPECT_EQ(last, Verdict::kClientWaits);
  EXPECT_LT(refused, 20);
  EXPECT_EQ(set->check(basic("ann:right"), "sender"), Verdict::kAccepted) << "known, so nothing is stretched";
  EXPECT_EQ(set->check(basic("ann:right"), "attacker"), Verdict::kAccepted) << "known, whoever sends it";
  EXPECT_EQ(set->check(basic("ann:wrong"), "another"), Verdict::kRefused);
}

TEST(StretchLimiterTest, BoundsAClientAndAll) {
  using Limiter = StretchLimiter;
  Limiter limiter({.client_burst = 2, .client_per_second = 1, .burst = 4, .per_second = 1, .clients = 2});
  Limiter::Clock::time_point now{};
  const auto wrong = [&](const char* client) {
    const auto verdict = limiter.begin(client, now);
    if (verdict == Limiter::Verdict::kAllowed) limiter.end(client, false, now);
    return verdict;
  };
  now += std::chrono::hours(1);
  EXPECT_EQ(wrong("a"), Limiter::Verdict::kAllowed);
  EXPECT_EQ(wrong("a"), Limiter::Verdict::kAllowed);
  EXPECT_EQ(wrong("a"), Limiter::Verdict::kClientWaits);
  EXPECT_EQ(limiter.begin("b", now), Limiter::Verdict::kAllowed);
  EXPECT_EQ(limiter.begin("c", now), Limiter::Verdict::kAllWait) << "one at a time";
  limiter.end("b", true, now);
  EXPECT_EQ(wrong("b"), Limiter::Verdict::kAllowed);
  EXPECT_EQ(wrong("b"), Limiter::Verdict::kAllWait) << "four of all clients";
  now += std::chrono::seconds(1);
  EXPECT_EQ(wrong("a"), Limiter::Verdict::kAllowed) << "time gives back";
}

TEST(Credentials, RefusesHashesThatCannotBeParsed) {
  for (const char* wrong : {"x", "pbkdf2-sha256$1$a", "md5$1$YQ==$YQ==", "pbkdf2-sha256$0$YQ==$YQ=="}) {
    const auto set = CredentialSet::make({{"ann", "", wrong}});
    ASSERT_FALSE(set) << wrong;
    EXPECT_THAT(set.error().message, ::testing::HasSubstr("hash-password"));
  }
}

TEST(SessionKeyTest, TakesWhatItIssuedUntilItIsOver) {
  const SessionKey key("secret");
  const Timestamp now = from_unix_ms(1'800'000'000'000);
  const std::string session = key.issue(now);
  EXPECT_TRUE(key.accepts(session, now));
  EXPECT_TRUE(key.accepts(session, now + SessionKey::kLasts - Millis(1)));
  EXPECT_FALSE(key.accepts(session, now + SessionKey::kLasts));
  EXPECT_FALSE(SessionKey("other").accepts(session, now));
  EXPECT_FALSE(SessionKey("").accepts(SessionKey("").issue(now), now))
      << "without a token there are no sessions";
  EXPECT_EQ(session.find("secret"), std::string::npos);
  std::string longer = session;
  longer[0] = '9';
  for (const std::string& forged :
       {std::string(), std::string("x"), longer, session + "0", session.substr(0, 20)})
    EXPECT_FALSE(key.accepts(forged, now)) << forged;
}

TEST(BearerTokenTest, ComparesTheWhole) {
  EXPECT_TRUE(BearerToken("").accepts(""));
  EXPECT_TRUE(BearerToken("t").accepts("Bearer t"));
  for (const char* wrong : {"", "Bearer", "Bearer ", "Bearer t2", "Basic t"})
    EXPECT_FALSE(BearerToken("t").accepts(wrong));
}

TEST(Egress, OnlyPublicAddresses) {
  struct Case {
    const char* address;
    bool is_public;
  };
  for (const Case& c : {Case{"8.8.8.8", true},
                        {"1.1.1.1", true},
                        {"172.15.255.255", true},
                        {"172.32.0.0", true},
                        {"100.63.255.255", true},
                        {"100.128.0.0", true},
                        {"223.255.255.255", true},
                        {"2606:4700::1111", true},
                        {"2a00:1450:4001::1", true},
                        {"::ffff:8.8.8.8", true},
                        {"0.0.0.0", false},
                        {"0.1.2.3", false},
                        {"10.0.0.1", false},
                        {"100.64.0.1", false},
                        {"127.0.0.1", false},
                        {"127.255.255.255", false},
                        {"169.254.169.254", false},
                        {"172.16.0.1", false},
                        {"172.31.255.255", false},
                        {"192.0.0.1", false},
                        {"192.0.2.1", false},
                        {"192.168.1.1", false},
                        {"198.18.0.1", false},
                        {"198.19.255.255", false},
                        {"198.51.100.1", false},
                        {"203.0.113.1", false},
                        {"224.0.0.1", false},
                        {"239.255.255.255", false},
                        {"240.0.0.1", false},
                        {"255.255.255.255", false},
                        {"::", false},
                        {"::1", false},
                        {"::ffff:127.0.0.1", false},
                        {"::ffff:169.254.169.254", false},
                        {"::127.0.0.1", false},
                        {"64:ff9b::7f00:1", false},
                        {"100::1", false},
                        {"2001::1", false},
                        {"2001:db8::1", false},
                        {"2002:7f00:1::", false},
                        {"fc00::1", false},
                        {"fd00:ec2::254", false},
                        {"fe80::1", false},
                        {"fec0::1", false},
                        {"ff02::1", false},
                        {"3fff::1", false},
                        {"4000::1", false}}) {
    const auto address = parse_ip(c.address);
    ASSERT_TRUE(address) << c.address;
    EXPECT_EQ(is_public(*address), c.is_public) << c.address;
    EXPECT_EQ(EgressGuard().check_address(*address).has_value(), c.is_public) << c.address;
  }
  for (const char* wrong : {"", "localhost", "127.1", "0x7f.0.0.1", "1.2.3.4.5", "[::1]"})
    EXPECT_FALSE(parse_ip(wrong)) << wrong;
}

TEST(Egress, AListAllowsMore) {
  const auto guard =
      EgressGuard::make({.https_only = false, .allow = {"10.1.0.0/16", "127.0.0.1", "fd00::/8"}});
  ASSERT_TRUE(guard);
  const auto allows = [&](const char* address) {
    return guard->check_address(*parse_ip(address)).has_value();
  };
  EXPECT_TRUE(allows("10.1.255.1"));
  EXPECT_TRUE(allows("::ffff:10.1.0.1"));
  EXPECT_TRUE(allows("127.0.0.1"));
  EXPECT_TRUE(allows("fdff::1"));
  EXPECT_TRUE(allows("8.8.8.8"));
  EXPECT_FALSE(allows("10.2.0.1"));
  EXPECT_FALSE(allows("127.0.0.2"));
  EXPECT_FALSE(allows("fe80::1"));
  for (const char* wrong : {"", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "example.com", "::/129"}) {
    EXPECT_FALSE(EgressGuard::make({.allow = {wrong}})) << wrong;
  }
  EXPECT_TRUE(guard->check_url("http://example.com"));
  EXPECT_FALSE(EgressGuard().check_url("http://example.com"));
  EXPECT_TRUE(EgressGuard().check_url("https://example.com"));
  EXPECT_FALSE(guard->check_url("ftp://example.com"));
  EXPECT_FALSE(guard->check_url("file:///etc/passwd"));
}

}  // namespace
}  // namespace bellwether::net
