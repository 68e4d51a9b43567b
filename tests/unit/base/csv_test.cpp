#include "base/csv.hpp"

#include <gtest/gtest.h>

namespace bellwether {
namespace {

TEST(SheetField, IsNoFormula) {
  struct Case {
    const char* given;
    const char* expected;
  };
  for (const Case& one : {
           Case{"", ""},
           Case{"plain", "plain"},
           Case{"a=b", "a=b"},
           Case{"a,\"b\"", "\"a,\"\"b\"\"\""},
           Case{"=1+1", "'=1+1"},
           Case{"@SUM(A1)", "'@SUM(A1)"},
           Case{"-2+3", "'-2+3"},
           Case{"+cmd|x", "'+cmd|x"},
           Case{"\tx", "'\tx"},
           Case{"=A(1,2)", "\"'=A(1,2)\""},
           Case{"-12.5e3", "-12.5e3"},
           Case{"+49", "+49"},
           Case{"--1", "'--1"},
           Case{"-", "'-"},
           Case{"-inf", "'-inf"},
       }) {
    std::string out;
    append_sheet_field(out, one.given);
    EXPECT_EQ(out, one.expected) << one.given;
  }
}

}  // namespace
}  // namespace bellwether
