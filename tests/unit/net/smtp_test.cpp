#include "net/smtp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace bellwether::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const Timestamp kNow = *parse_iso8601("2026-02-06T10:53:30Z");

TEST(ComposeMail, TextAloneIsOnePart) {
  const std::string mail = compose({"a@example.com", "b@example.com", "Grüße", "Hallo"}, kNow, "x");
  EXPECT_THAT(
      mail,
      StartsWith("Date: Fri, 06 Feb 2026 10:53:30 +0000\r\nFrom: a@example.com\r\nTo: b@example.com\r\n"));
  EXPECT_THAT(mail, HasSubstr("Subject: =?utf-8?B?" + to_base64("Grüße") + "?=\r\n"));
  EXPECT_THAT(mail, HasSubstr("\r\n\r\n" + to_base64("Hallo") + "\r\n"));
  EXPECT_THAT(mail, Not(HasSubstr("multipart")));
}

TEST(ComposeMail, ThePictureBelongsToTheHtml) {
  const std::string mail =
      compose({"a@b", "c@d", "s", "text", "<img src=\"cid:picture\">", "PNG"}, kNow, "cut");
  const std::string expected =
      "Content-Type: multipart/alternative; boundary=\"cut\"\r\n\r\n--cut\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\ndGV4dA==\r\n"
      "--cut\r\nContent-Type: multipart/related; boundary=\"cut-related\"\r\n\r\n--cut-related\r\n"
      "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
      to_base64("<img src=\"cid:picture\">") +
      "\r\n--cut-related\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-ID: "
      "<picture>\r\n"
      "Content-Disposition: inline; filename=\"chart.png\"\r\n\r\nUE5H\r\n--cut-related--\r\n--cut--\r\n";
  EXPECT_THAT(mail, HasSubstr(expected));
}

TEST(ComposeMail, HeadersStayOneLine) {
  const std::string mail = compose({"a@b\r\nBcc: x@y", "c@d\nX: y", "s\r\nX: y", "t"}, kNow, "x");
  EXPECT_THAT(mail, Not(HasSubstr("\nBcc")));
  EXPECT_THAT(mail, Not(HasSubstr("\nX:")));
}

}  // namespace
}  // namespace bellwether::net
