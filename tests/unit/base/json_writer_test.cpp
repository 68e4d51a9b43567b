#include "base/json_writer.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace bellwether {
namespace {

TEST(JsonWriter, PlacesCommas) {
  std::string out;
  JsonWriter json(out);
  json.begin_object()
      .key("a")
      .begin_array()
      .value(1)
      .value("x")
      .null()
      .begin_object()
      .end_object()
      .end_array();
  json.key("b").value(true).key("c").value(0.5).key("d").raw("[1]").end_object();
  EXPECT_EQ(out, R"({"a":[1,"x",null,{}],"b":true,"c":0.5,"d":[1]})");
}

TEST(JsonWriter, WritesNullForWhatJsonCannotSay) {
  std::string out;
  JsonWriter json(out);
  json.begin_array().value(1e308).value(1e308 * 10).value(-1e308 * 10).value(std::nan("")).end_array();
  EXPECT_EQ(out, "[1e+308,null,null,null]");
}

TEST(JsonWriter, EscapesStrings) {
  std::string out;
  append_json_string(out, std::string_view("q\"b\\n\nt\tz\0ü", 12));
  EXPECT_EQ(out, "\"q\\\"b\\\\n\\nt\\tz\\u0000ü\"");
}

}  // namespace
}  // namespace bellwether
