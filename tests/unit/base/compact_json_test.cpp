#include "base/compact_json.hpp"

#include <gtest/gtest.h>

namespace bellwether {
namespace {

TEST(CompactJson, RemovesBlanksBetweenTokensOnly) {
  struct Case {
    const char* given;
    const char* expected;
  };
  for (const Case& one : {
           Case{"{}", "{}"},
           Case{"{ \"a b\" :\r\n [ 1 ,\t\"x  y\" ] }\n", R"({"a b":[1,"x  y"]})"},
           Case{R"("a \" b \\" )", R"("a \" b \\")"},
           Case{R"(["\\" , " "])", R"(["\\"," "])"},
           Case{"", ""},
       })
    EXPECT_EQ(compact_json(one.given), one.expected);
}

}  // namespace
}  // namespace bellwether
