#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace bellwether {
namespace {

TEST(Utf8, ATableOfRepairs) {
  struct Case {
    const char* given;
    const char* repaired;
    bool lost;
  };
  for (const Case& c : {
           Case{"", "", false},
           Case{"añ€🎉", "añ€🎉", false},
           Case{"x\xed\xa0\xbc\xed\xbe\x89y", "x🎉y", false},
           Case{"\xed\xa0\xbc\xed\xbe\x89\xed\xa0\xbc\xed\xbe\x89", "🎉🎉", false},
           Case{"\xed\xa0\xbc", "\xef\xbf\xbd", true},
           Case{"\xed\xbe\x89z", "\xef\xbf\xbdz", true},
           Case{"\xed\xa0\xbc\xed\xa0\xbc\xed\xbe\x89", "\xef\xbf\xbd🎉", true},
           Case{"a\xff\xfe\x80z", "a\xef\xbf\xbdz", true},
           Case{"\xf0\x9f\x8e", "\xef\xbf\xbd", true},
           Case{"\xc0\xaf/", "\xef\xbf\xbd/", true},
           Case{"\xf5\x80\x80\x80", "\xef\xbf\xbd", true},
       }) {
    const RepairedUtf8 repaired = repair_utf8(c.given);
    EXPECT_EQ(repaired.text, c.repaired);
    EXPECT_EQ(repaired.lost, c.lost) << c.repaired;
    EXPECT_TRUE(is_utf8(repaired.text));
  }
}

}  // namespace
}  // namespace bellwether
