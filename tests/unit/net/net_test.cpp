#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "base/encoding.hpp"
#include "net/address.hpp"
#include "net/credentials.hpp"
#include "net/gzip.hpp"
#include "net/http.hpp"
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
  EXPECT_EQ(inflate_gzip(gzip(std::string(100'000'000, '\0')), 1 << 20).error(), InflateFault::kTooLarge);
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

TEST(Credentials, AnyOfThemOpens) {
  const std::string hash = hash_password("new pass:word");
  EXPECT_TRUE(hash.starts_with("pbkdf2-sha256$"));
  EXPECT_NE(hash, hash_password("new pass:word")) << "salted";
  const auto set = CredentialSet::make({{"ann", "old", ""}, {"ann", "", hash}});
  ASSERT_TRUE(set);
  for (int twice = 0; twice < 2; ++twice) {
    EXPECT_TRUE(set->accepts(basic("ann:old")));
    EXPECT_TRUE(set->accepts(basic("ann:new pass:word")));
    for (const std::string& wrong :
         {basic("ann:new"), basic("bob:old"), basic("ann:"), basic("ann"), basic(""), std::string("Bearer x"),
          std::string("Basic ???"), std::string()}) {
      EXPECT_FALSE(set->accepts(wrong)) << wrong;
    }
  }
  EXPECT_TRUE(set->accepts("basic " + to_base64("ann:old"))) << "the scheme's case does not matter";
}

TEST(Credentials, WithoutAnyEverybodyMayIn) {
  EXPECT_TRUE(CredentialSet::make({})->accepts(""));
}

TEST(Credentials, RefusesHashesThatDoNotRead) {
  for (const char* wrong : {"x", "pbkdf2-sha256$1$a", "md5$1$YQ==$YQ==", "pbkdf2-sha256$0$YQ==$YQ=="}) {
    const auto set = CredentialSet::make({{"ann", "", wrong}});
    ASSERT_FALSE(set) << wrong;
    EXPECT_THAT(set.error().message, ::testing::HasSubstr("hash-password"));
  }
}

TEST(BearerTokenTest, ComparesTheWhole) {
  EXPECT_TRUE(BearerToken("").accepts(""));
  EXPECT_TRUE(BearerToken("t").accepts("Bearer t"));
  for (const char* wrong : {"", "Bearer", "Bearer ", "Bearer t2", "Basic t"})
    EXPECT_FALSE(BearerToken("t").accepts(wrong));
}

}  // namespace
}  // namespace bellwether::net
