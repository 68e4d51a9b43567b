#include "base/visible.hpp"

#include <gtest/gtest.h>

namespace bellwether {
namespace {

TEST(Visible, EscapesWhatControlsATerminal) {
  struct Case {
    const char* given;
    const char* expected;
  };
  for (const Case& one : {
           Case{"", ""},
           Case{"plain text, ünï 漢字 🎉", "plain text, ünï 漢字 🎉"},
           Case{"\x1b[2J", "\\u001b[2J"},
           Case{"\x1b]0;title\x07", "\\u001b]0;title\\u0007"},
           Case{"a\r\nb\tc", "a\\r\\nb\\tc"},
           Case{"\x7f", "\\u007f"},
           Case{"\u009b31m", "\\u009b31m"},
           Case{"a\u202eb\u2066c\u200fd\u061c", "a\\u202eb\\u2066c\\u200fd\\u061c"},
           Case{"\u2028", "\\u2028"},
           Case{"\x9b"
                "31m",
                "\ufffd31m"},
           Case{"\xe2\x80", "\ufffd\ufffd"},
           Case{"\xf0\x9f\x8e", "\ufffd\ufffd\ufffd"},
           Case{"\xff\xc0\xaf", "\ufffd\ufffd\ufffd"},
       }) {
    EXPECT_EQ(visible(one.given), one.expected) << one.expected;
    EXPECT_EQ(visible(visible(one.given)), one.expected);
    EXPECT_EQ(has_hidden(one.given), visible(one.given) != one.given);
  }
}

TEST(Visible, KeepsLineBreaksWhenTold) {
  EXPECT_EQ(visible_lines("a,b\r\nc\x1b\nd\re\tf"), "a,b\r\nc\\u001b\nd\\re\\tf");
}

}  // namespace
}  // namespace bellwether
