#include "selection/definition_reader.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bellwether::selection {
namespace {

using ::testing::HasSubstr;

/// What is wrong with a filter; empty when nothing is.
std::string fault_of(const std::string& filter) {
  const auto read =
      read_definition(filter, [](const boost::json::value& value) { read_filter(value, "where[0]"); });
  return read ? "" : read.error().describe();
}

TEST(DefinitionReader, TakesEveryTestOfAProperty) {
  for (const auto* filter : {R"({"property":"plan","op":"set"})", R"({"property":"plan","op":"not_set"})",
                             R"({"property":"plan","op":"is","value":["a","b"]})",
                             R"({"property":"plan","op":"is_not","value":"a"})",
                             R"({"property":"plan","op":"contains","value":"a"})",
                             R"({"property":"age","op":"between","value":[1,2.5]})",
                             R"({"property":"age","op":">=","value":18})"}) {
    EXPECT_EQ(fault_of(filter), "") << filter;
  }
}

TEST(DefinitionReader, SaysWhereAndWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> table{
      {R"([])", "where[0]: "},
      {R"({"op":"is"})", "where[0]"},
      {R"({"property":"","op":"set"})", "where[0].property: "},
      {R"({"property":"plan","op":"similar to","value":1})", "where[0].op: must be one of"},
      {R"({"property":"plan","op":"set","valu":1})", "valu"},
      {R"({"property":"age","op":"between","value":[1]})", "where[0].value"},
      {R"({"property":"age","op":">","value":"18"})", "where[0].value"},
  };
  for (const auto& [filter, fault] : table) EXPECT_THAT(fault_of(filter), HasSubstr(fault)) << filter;
}

TEST(DefinitionReader, RefusesWhatIsNotJson) {
  EXPECT_NE(fault_of("{"), "");
  EXPECT_NE(fault_of(""), "");
}

}  // namespace
}  // namespace bellwether::selection
