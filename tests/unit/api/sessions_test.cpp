#include "api/sessions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bellwether::api {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const Timestamp kNow = *parse_iso8601("2026-02-06T10:53:30Z");

net::RequestHead with_cookie_of(const net::Header& begun) {
  net::RequestHead head{.method = "GET", .path = "/"};
  head.headers = {{"Cookie", begun.value.substr(0, begun.value.find(';'))}};
  return head;
}

TEST(SessionsTest, TakesItsOwnCookie) {
  Sessions sessions(true);
  sessions.serve_at(8091, false);
  const net::Header cookie = sessions.begin(kNow);
  EXPECT_THAT(cookie.value, StartsWith("bellwether_session_8091="));
  EXPECT_THAT(cookie.value, Not(HasSubstr("Secure")));
  EXPECT_TRUE(sessions.has_session(with_cookie_of(cookie), kNow));
  EXPECT_TRUE(sessions.has_session(with_cookie_of(cookie), kNow + net::SessionKey::kLasts - Millis(1)));
  EXPECT_FALSE(sessions.has_session(with_cookie_of(cookie), kNow + net::SessionKey::kLasts));
}

TEST(SessionsTest, OverHttpsIsAHostCookie) {
  Sessions sessions(true);
  sessions.serve_at(8091, true);
  const net::Header cookie = sessions.begin(kNow);
  EXPECT_THAT(cookie.value, StartsWith("__Host-bellwether_session_8091="));
  EXPECT_THAT(cookie.value, HasSubstr("; Path=/; "));
  EXPECT_THAT(cookie.value, Not(HasSubstr("Domain")));
  EXPECT_THAT(cookie.value, EndsWith("; Secure"));
  EXPECT_TRUE(sessions.has_session(with_cookie_of(cookie), kNow));
}

TEST(SessionsTest, AreOfOneProcessAndOneListener) {
  Sessions sessions(true);
  sessions.serve_at(8091, false);
  Sessions others(true);
  others.serve_at(8091, false);
  EXPECT_FALSE(others.has_session(with_cookie_of(sessions.begin(kNow)), kNow)) << "each has its own key";
  Sessions none(false);
  none.serve_at(8091, false);
  EXPECT_FALSE(none.has_session(with_cookie_of(none.begin(kNow)), kNow)) << "without a token";
}

TEST(SessionsTest, RefusesOneThatAClockAheadIssued) {
  Sessions sessions(true);
  sessions.serve_at(8091, false);
  const net::Header cookie = sessions.begin(kNow + std::chrono::days(365));
  EXPECT_FALSE(sessions.has_session(with_cookie_of(cookie), kNow));
}

}  // namespace
}  // namespace bellwether::api
