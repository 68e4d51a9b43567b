#include "contract/json_text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace bellwether::contract {
namespace {

TEST(JsonText, TakesWhatJsonAllows) {
  for (const char* text :
       {"0", "-0", "1.5e+10", "1e400", "123456789012345678901234567890", "\"\"", "\"\\u00e9\\n\"", "[]",
        "[ 1 , [ ] ]", "{}", "{ \"a\" : { \"b\" : null } }", "true", "false", "null"}) {
    EXPECT_EQ(check_json_value(text, 8, 100), JsonTextFault::kNone) << text;
  }
}

TEST(JsonText, RefusesWhatJsonForbids) {
  for (const char* text :
       {"",      "01",      "1.",    ".5",  "+1",      "-",           "1e",     "tru", "nullx", "[1,]",
        "[1 2]", "{\"a\"}", "{a:1}", "{,}", "\"\\x\"", "\"\\u12g4\"", "\"open", "[",   "1 2",   "NaN"}) {
    EXPECT_EQ(check_json_value(text, 8, 100), JsonTextFault::kSyntax) << text;
  }
}

TEST(JsonText, BoundsDepthAndLength) {
  EXPECT_EQ(check_json_value("[[[]]]", 3, 100), JsonTextFault::kNone);
  EXPECT_EQ(check_json_value("[[[]]]", 2, 100), JsonTextFault::kDepth);
  EXPECT_EQ(check_json_value("\"" + std::string(10, 'x') + "\"", 1, 10), JsonTextFault::kNone);
  EXPECT_EQ(check_json_value("\"" + std::string(11, 'x') + "\"", 1, 10), JsonTextFault::kLength);
  EXPECT_EQ(check_json_value(std::string(11, '1'), 1, 10), JsonTextFault::kLength);
  EXPECT_EQ(check_json_value(std::string(100000, '['), 64, 10), JsonTextFault::kDepth);
}

}  // namespace
}  // namespace bellwether::contract
