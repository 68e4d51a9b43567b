#include "net/impl/head_rules.hpp"

#include <string>

#include <gtest/gtest.h>

namespace bellwether::net::impl {
namespace {

struct Case {
  const char* what;
  std::string head;
  unsigned status;  ///< 0: may be parsed
};

/// A POST with one more header line (or several).
std::string with(const std::string& lines) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n\r\n";
}

TEST(HeadRules, RefuseWhatCouldBeReadInTwoWays) {
  for (const Case& c : {
           Case{"plain", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0},
           {"HTTP/1.0 without a host", "GET / HTTP/1.0\r\n\r\n", 0},
           {"absolute form", "GET http://a:80/x?y HTTP/1.1\r\nHost: b\r\n\r\n", 0},
           {"absolute form without a path", "GET http://a HTTP/1.1\r\nHost: b\r\n\r\n", 0},
           {"absolute form without a host", "GET http:///x HTTP/1.1\r\nHost: b\r\n\r\n", 400},
           {"absolute form with a user", "GET http://u@a/x HTTP/1.1\r\nHost: b\r\n\r\n", 400},
           {"asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 0},
           {"asterisk of another method", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"authority form", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
           {"a path without a slash", "GET x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"two blanks", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"a blank in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"a fragment", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"a raw UTF-8 character", "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"no version", "GET /\r\nHost: a\r\n\r\n", 400},
           {"a version in small letters", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
           {"HTTP/2.0", "PRI * HTTP/2.0\r\n\r\n", 505},
           {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
           {"HTTP/11", "GET / HTTP/11\r\nHost: a\r\n\r\n", 400},
           {"a method with a slash", "G/T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
           {"two hosts", with("host: a"), 400},
           {"a host with a blank", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
           {"a host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
           {"a host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
           {"an IPv6 host", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 0},
           {"a port that is not a number", "GET / HTTP/1.1\r\nHost: a:x\r\n\r\n", 400},
           {"folded", with("X: a\r\n b"), 400},
           {"a blank before the colon", with("X : a"), 400},
           {"no colon", with("X"), 400},
           {"no name", with(": a"), 400},
           {"a control character in a value", with("X: a\x01"), 400},
           {"a tab in a value", with("X: a\tb"), 0},
           {"bytes above ASCII in a value", with("X: \xe4"), 0},
           {"an empty value", with("X:"), 0},
           {"a length", with("Content-Length: 5"), 0},
           {"a length with zeros", with("Content-Length: 0005"), 0},
           {"two lengths", with("Content-Length: 5\r\nContent-Length: 5"), 400},
           {"a list of lengths", with("Content-Length: 5,5"), 400},
           {"a signed length", with("Content-Length: +5"), 400},
           {"a negative length", with("Content-Length: -5"), 400},
           {"a hexadecimal length", with("Content-Length: 0x5"), 400},
           {"a length that overflows", with("Content-Length: 18446744073709551617"), 400},
           {"no length", with("Content-Length:"), 400},
           {"chunked", with("Transfer-Encoding: chunked"), 0},
           {"chunked in capitals", with("transfer-encoding: CHUNKED"), 0},
           {"chunked with blanks", with("Transfer-Encoding: \t chunked "), 0},
           {"a coding before chunked", with("Transfer-Encoding: gzip, chunked"), 501},
           {"a coding in a header of its own", with("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked"),
            501},
           {"chunked twice", with("Transfer-Encoding: chunked, chunked"), 400},
           {"chunked in two headers", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), 400},
           {"a coding after chunked", with("Transfer-Encoding: chunked, gzip"), 400},
           {"identity", with("Transfer-Encoding: identity"), 400},
           {"xchunked", with("Transfer-Encoding: xchunked"), 400},
           {"quoted", with("Transfer-Encoding: \"chunked\""), 400},
           {"a parameter", with("Transfer-Encoding: chunked;q=1"), 400},
           {"an empty element", with("Transfer-Encoding: chunked,"), 400},
           {"no coding", with("Transfer-Encoding:"), 400},
           {"an empty coding before chunked", with("Transfer-Encoding:\r\nTransfer-Encoding: chunked"), 400},
           {"a length and chunked", with("Content-Length: 5\r\nTransfer-Encoding: chunked"), 400},
           {"chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
           {"an expectation", with("Expect: 100-Continue"), 0},
           {"another expectation", with("Expect: 200-ok"), 417},
       }) {
    const auto fault = check_head(c.head);
    EXPECT_EQ(fault ? fault->status : 0, c.status) << c.what;
    if (fault) {
      EXPECT_FALSE(fault->message.empty()) << c.what;
    }
  }
}

constexpr std::size_t kLimit = 64;

TEST(HeadScan, FindsTheEndWhereverTheBytesAreCut) {
  const std::string whole = "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nrest";
  const std::size_t end = whole.size() - 4;
  for (std::size_t first = 0; first < end; ++first) {
    const HeadScan partly = scan_head(std::string_view(whole).substr(0, first), 0, kLimit);
    ASSERT_FALSE(partly.fault) << first;
    ASSERT_EQ(partly.size, 0U) << first;
    const HeadScan full = scan_head(whole, first, kLimit);
    ASSERT_FALSE(full.fault) << first;
    EXPECT_EQ(full.skip, 4U);
    EXPECT_EQ(full.skip + full.size, end) << first;
  }
}

TEST(HeadScan, RefusesAtOnceWhatCannotBecomeAHead) {
  const std::string long_line = "GET /" + std::string(kLimit, 'a');
  const std::string long_head = "GET / HTTP/1.1\r\nX: " + std::string(kLimit, 'a');
  for (const Case& c : {Case{"a TLS handshake", "\x16\x03\x01", 400},
                        {"a line with LF alone", "GET / HTTP/1.1\n", 400},
                        {"CR alone", "GET / HTTP/1.1\rX", 400},
                        {"NUL", std::string("GET /\0", 6), 400},
                        {"a blank first", " GET", 400},
                        {"too many empty lines", "\r\n\r\n\r\n\r\n\r\nGET", 400},
                        {"a long request line", long_line, 414},
                        {"a long head", long_head, 431}}) {
    const HeadScan scan = scan_head(c.head, 0, kLimit);
    ASSERT_TRUE(scan.fault) << c.what;
    EXPECT_EQ(scan.fault->status, c.status) << c.what;
  }
}

}  // namespace
}  // namespace bellwether::net::impl
