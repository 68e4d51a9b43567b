#include "base/encoding.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/utf8.hpp"

namespace bellwether {
namespace {

TEST(Encoding, Base64BothWays) {
  for (const std::string& text :
       std::vector<std::string>{"", "f", "fo", "foo", "foob", "user:pass", "\xff\xfe"}) {
    EXPECT_EQ(from_base64(to_base64(text)), text);
  }
  EXPECT_EQ(to_base64("foob"), "Zm9vYg==");
  for (const char* wrong : {"Zg", "Zg=", "Z===", "Zh==", "Z g=", "Zm9v\n", "====x"}) {
    EXPECT_FALSE(from_base64(wrong)) << wrong;
  }
}

TEST(Encoding, PercentEscapes) {
  EXPECT_EQ(from_percent_encoding("a%2Fb+c", false), "a/b+c");
  EXPECT_EQ(from_percent_encoding("a%2fb+c", true), "a/b c");
  EXPECT_FALSE(from_percent_encoding("%2", false));
  EXPECT_FALSE(from_percent_encoding("%zz", false));
  EXPECT_EQ(to_percent_encoding("a/ü"), "a%2f%c3%bc");
}

TEST(Encoding, Integers) {
  EXPECT_EQ(parse_integer("-12"), -12);
  for (const char* wrong : {"", "1 ", " 1", "1.0", "0x1", "99999999999999999999"})
    EXPECT_FALSE(parse_integer(wrong));
}

TEST(Encoding, Utf8) {
  for (const char* text : {"", "abc", "ü", "€", "😀"}) EXPECT_TRUE(is_utf8(text)) << text;
  for (const char* text : {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
    EXPECT_FALSE(is_utf8(text));
  }
}

TEST(Encoding, OthersTextIsMadeFitForMessages) {
  EXPECT_EQ(for_message("short"), "short");
  EXPECT_EQ(for_message("abcüx", 4), "abc…") << "never cut inside a character";
  EXPECT_EQ(for_message("\xff"), "%ff");
}

TEST(ParseNumber, TakesTheWholeTextOrNothing) {
  EXPECT_EQ(parse_number("12.5"), 12.5);
  EXPECT_EQ(parse_number("-1e3"), -1000);
  for (const char* wrong : {"", " 1", "1 ", "1x", "inf", "nan", "1e999"})
    EXPECT_EQ(parse_number(wrong), std::nullopt) << wrong;
}

TEST(Trim, TakesOffBlanksAndLineBreaks) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Csv, AnApostropheStandsBeforeAFormula) {
  struct Case {
    const char* text;
    const char* field;
  };
  for (const auto& [text, field] : {
           Case{"=1+1", "'=1+1"},
           Case{"+cmd", "'+cmd"},
           Case{"-cmd", "'-cmd"},
           Case{"@SUM(A1)", "'@SUM(A1)"},
           Case{"\tx", "'\tx"},
           Case{"\rx", "\"'\rx\""},
           Case{"=a,\"b\"", "\"'=a,\"\"b\"\"\""},
           Case{"++5", "'++5"},
           Case{"+-5", "+-5"},
           Case{"-5", "-5"},
           Case{"-1.5e3", "-1.5e3"},
           Case{"+491701234567", "+491701234567"},
           Case{"-", "'-"},
           Case{"", ""},
           Case{"a=b", "a=b"},
           Case{"'quoted", "'quoted"},
       }) {
    std::string out;
    append_csv_text(out, text);
    EXPECT_EQ(out, field) << text;
  }
}

TEST(Encoding, LoneSurrogatesAreReplaced) {
  EXPECT_EQ(replace_lone_surrogates(R"("\ud800")"), R"("\ufffd")");
  EXPECT_EQ(replace_lone_surrogates(R"("\udc00\ud800")"), R"("\ufffd\ufffd")");
  EXPECT_EQ(replace_lone_surrogates(R"("\ud83d\ude00 \u00e9")"), R"("\ud83d\ude00 \u00e9")")
      << "a pair stays";
  EXPECT_EQ(replace_lone_surrogates(R"("\ud83d\u0041")"), R"("\ufffd\u0041")");
  EXPECT_EQ(replace_lone_surrogates(R"("\\ud800")"), R"("\\ud800")") << "an escaped backslash and letters";
  EXPECT_EQ(replace_lone_surrogates(R"("\ud8)"), R"("\ud8)") << "cut off";
}

}  // namespace
}  // namespace bellwether
