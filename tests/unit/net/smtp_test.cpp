#include "net/smtp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/shorten.hpp"
#include "base/utf8.hpp"
#include "unit/net/smtp_endpoint.hpp"

namespace bellwether::net {
namespace {

using ::testing::AnyOf;
using ::testing::EndsWith;
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

/// The header's lines, and their decoded text.
struct Subject {
  std::vector<std::string> lines;
  std::string text;
};

Subject subject_of(const std::string& subject) {
  const std::string mail = compose({"a@b", "c@d", subject, "t"}, kNow, "x");
  const std::size_t begin = mail.find("Subject: ");
  const std::size_t end = mail.find("\r\nMIME-Version");
  std::string rest = mail.substr(begin, end - begin);
  Subject read;
  for (std::size_t at = 0; at != std::string::npos && !rest.empty();) {
    at = rest.find("\r\n");
    const std::string line = rest.substr(0, at);
    const std::size_t word = line.find("=?utf-8?B?");
    read.text += from_base64(line.substr(word + 10, line.size() - word - 12)).value_or("(broken)");
    read.lines.push_back(line);
    rest.erase(0, at == std::string::npos ? at : at + 2);
  }
  return read;
}

TEST(ComposeMail, ALongSubjectIsShortenedAndFolded) {
  for (const char* character : {"a", "ä", "€", "🙂"}) {
    std::string label;
    while (label.size() < (1U << 20U)) label += character;
    const Subject subject = subject_of("Alert: above 5 in " + label);
    EXPECT_THAT(subject.text, StartsWith("Alert: above 5 in "));
    EXPECT_TRUE(is_utf8(subject.text));
    EXPECT_LE(count_characters(subject.text), 200U);
    for (const std::string& line : subject.lines) {
      EXPECT_LE(line.size(), 76U);
      EXPECT_THAT(line, AnyOf(StartsWith("Subject: =?utf-8?B?"), StartsWith(" =?utf-8?B?")));
      EXPECT_THAT(line, EndsWith("?="));
    }
  }
}

TEST(ComposeMail, ASubjectHasNoControlCharacters) {
  EXPECT_EQ(subject_of("a\r\nBcc: x\x1b[31m\tb").text, "a  Bcc: x [31m b");
  EXPECT_EQ(subject_of("").text, "");
}

TEST(ComposeMail, HeadersStayOneLine) {
  const std::string mail = compose({"a@b\r\nBcc: x@y", "c@d\nX: y", "s\r\nX: y", "t"}, kNow, "x");
  EXPECT_THAT(mail, Not(HasSubstr("\nBcc")));
  EXPECT_THAT(mail, Not(HasSubstr("\nX:")));
}

Result<void> send_to(const bellwether::testing::SmtpEndpoint& endpoint, const std::string& user,
                     const std::string& credentials_in_url = "") {
  const SmtpServer server{.url = endpoint.url(credentials_in_url), .user = user, .password = "secret"};
  return send_mail(server, {"a@example.com", "b@example.com", "s", "t"}, kNow, std::chrono::seconds(20));
}

TEST(SendMail, NeverSendsAPasswordInTheClear) {
  for (const char* offers : {"AUTH PLAIN LOGIN", "AUTH PLAIN\nSTARTTLS"}) {
    const bellwether::testing::SmtpEndpoint endpoint(offers);  // its STARTTLS always fails
    const auto sent = send_to(endpoint, "ann");
    ASSERT_FALSE(sent) << offers;
    EXPECT_THAT(sent.error().message, HasSubstr("STARTTLS")) << offers;
    EXPECT_THAT(endpoint.commands(), Not(HasSubstr("AUTH"))) << offers;
    EXPECT_THAT(endpoint.commands(), Not(HasSubstr("MAIL"))) << offers;
  }
}

TEST(SendMail, NeverSendsAPasswordOfTheUrlInTheClear) {
  const bellwether::testing::SmtpEndpoint endpoint("AUTH PLAIN");
  EXPECT_FALSE(send_to(endpoint, "", "ann:secret@"));
  EXPECT_THAT(endpoint.commands(), Not(HasSubstr("AUTH")));
}

TEST(SendMail, WithoutAUserEncryptionIsAnOffer) {
  const bellwether::testing::SmtpEndpoint endpoint("AUTH PLAIN");
  const auto sent = send_to(endpoint, "");
  EXPECT_TRUE(sent) << sent.error().message;
  EXPECT_THAT(endpoint.commands(), HasSubstr("MAIL FROM:<a@example.com>"));
}

}  // namespace
}  // namespace bellwether::net
