#include "base/exact_json.hpp"

#include <bit>
#include <cstdlib>
#include <random>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace bellwether {
namespace {

namespace json = boost::json;

std::uint64_t bits_of(double number) {
  return std::bit_cast<std::uint64_t>(number);
}

TEST(ExactJson, ANumberIsTheDoubleThatIsNearest) {
  std::mt19937_64 random(1);  // NOLINT(cert-msc32-c, cert-msc51-cpp): the same each time
  for (int i = 0; i < 20'000; ++i) {
    const auto number = std::bit_cast<double>(random());
    if (!std::isfinite(number)) continue;
    const std::string text = fmt::format("{}", number);
    EXPECT_EQ(bits_of(parse_exact_json("[" + text + "]").at(0).to_number<double>()), bits_of(number)) << text;
  }
  for (const char* text :
       {"123456789.123456789", "0.1428571428571428571428571", "9007199254740993.5", "1e22", "4.9e-324"})
    EXPECT_EQ(bits_of(parse_exact_json(text).as_double()), bits_of(std::strtod(text, nullptr))) << text;
}

TEST(ExactJson, AWholeNumberBeyond64BitsDoesNotMakeOthersInexact) {
  const json::value read = parse_exact_json(
      R"({"a":20000000000000000000,"b":0.012409577285523943,"c":[-18446744073709551617,1e21],"d":"20000000000000000000","e":12345678901234567890})");
  EXPECT_EQ(bits_of(read.at("b").as_double()), bits_of(0.012409577285523943));
  EXPECT_EQ(read.at("a").as_double(), 2e19);
  EXPECT_EQ(read.at("c").at(0).as_double(), -18446744073709551616.0);
  EXPECT_EQ(read.at("d").as_string(), "20000000000000000000");
  EXPECT_EQ(read.at("e").to_number<double>(), 12345678901234567890.0);
}

TEST(ExactJson, EverythingElseIsAsTheLibraryReadsIt) {
  for (const char* text : {"null", "true", "\"a\\u00fc\\n\"", "[]", "{}", "[1,-1,18446744073709551615,1.5]",
                           R"({"a":{"b":[1,{"c":null}]},"d":"x"})", R"({"a":1,"a":2})", "  5  ",
                           "123456789012345678901234567890"})
    EXPECT_EQ(parse_exact_json(text), json::parse(text)) << text;
}

TEST(ExactJson, RefusesWhatTheLibraryRefuses) {
  for (const char* text : {"", "[", "{\"a\":}", "nan", "\"\xff\"", "1 2", "[1,]", "'a'", "\"\\ud83d\""}) {
    boost::system::error_code expected;
    boost::system::error_code wrong;
    json::parse(text, expected);
    parse_exact_json(text, wrong);
    EXPECT_EQ(wrong, expected) << text;
    EXPECT_TRUE(wrong) << text;
  }
  boost::system::error_code wrong;
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  parse_exact_json(deep, wrong);
  EXPECT_EQ(wrong, json::error::too_deep);
  parse_exact_json(deep, wrong, {.max_depth = 40});
  EXPECT_FALSE(wrong) << wrong.message();
  EXPECT_THROW(parse_exact_json("["), boost::system::system_error);
}

}  // namespace
}  // namespace bellwether
