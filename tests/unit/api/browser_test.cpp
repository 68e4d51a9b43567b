#include "api/browser.hpp"

#include <gtest/gtest.h>

namespace bellwether::api {
namespace {

net::RequestHead with(std::vector<net::Header> headers) {
  net::RequestHead head{.method = "POST", .path = "/alerts/1/edit"};
  head.headers = std::move(headers);
  return head;
}

TEST(FindCookie, ReadsTheOneOfThatName) {
  EXPECT_EQ(find_cookie(with({{"Cookie", "a=1; session=x=y; b=2"}}), "session"), "x=y");
  EXPECT_EQ(find_cookie(with({{"Cookie", "session=1"}}), "session"), "1");
  EXPECT_EQ(find_cookie(with({{"Cookie", "my_session=1; sessions=2"}}), "session"), "");
  EXPECT_EQ(find_cookie(with({}), "session"), "");
  EXPECT_EQ(find_cookie(with({{"Cookie", ";;; session"}}), "session"), "");
}

TEST(CrossSite, IsWhatABrowserSaysOfAnotherSite) {
  struct Case {
    std::vector<net::Header> headers;
    bool expected;
  };
  for (const Case& one : {
           Case{{}, false},
           Case{{{"Sec-Fetch-Site", "same-origin"}, {"Origin", "https://evil"}}, false},
           Case{{{"Sec-Fetch-Site", "none"}}, false},
           Case{{{"Sec-Fetch-Site", "cross-site"}}, true},
           Case{{{"Sec-Fetch-Site", "same-site"}}, true},
           Case{{{"Origin", "http://127.0.0.1:8091"}, {"Host", "127.0.0.1:8091"}}, false},
           Case{{{"Origin", "http://127.0.0.1:8092"}, {"Host", "127.0.0.1:8091"}}, true},
           Case{{{"Origin", "null"}, {"Host", "127.0.0.1:8091"}}, true},
       })
    EXPECT_EQ(is_cross_site(with(one.headers)), one.expected);
}

TEST(OwnPath, LeadsNowhereElse) {
  EXPECT_EQ(own_path("/reports/1?alert_id=2"), "/reports/1?alert_id=2");
  for (const char* other : {"", "https://evil.example", "//evil.example", "/\\evil.example",
                            "/a\r\nSet-Cookie: x", "reports", "/\tx", "javascript:alert(1)"})
    EXPECT_EQ(own_path(other), "/") << other;
}

TEST(Login, ComesBackToWhatWasAskedFor) {
  net::RequestHead head{.method = "GET", .path = "/reports/1", .query = "alert_id=2"};
  const net::Response response = redirect_to_login(head);
  EXPECT_EQ(response.status, 303U);
  EXPECT_EQ(net::find_header(response.headers, "Location"), "/login?next=%2freports%2f1%3falert_id%3d2");
}

}  // namespace
}  // namespace bellwether::api
