#include "importer/json_array.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bellwether::importer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Read {
  std::vector<std::string> elements;  ///< "line end: text"
  std::string fault;
};

Read read_all(const std::vector<std::string_view>& pieces, std::size_t most = 1000) {
  JsonArray array(most);
  Read read;
  const auto take = [&](const JsonArray::Element& element) {
    read.elements.push_back(fmt::format("{} {}: {}", element.line, element.behind.bytes, element.text));
    return true;
  };
  for (const std::string_view piece : pieces) {
    const auto taken = array.take(piece, take);
    if (!taken) {
      read.fault = taken.error().message;
      return read;
    }
  }
  if (const auto ended = array.finish(); !ended) read.fault = ended.error().message;
  return read;
}

TEST(JsonArray, GivesItsElementsWithTheirPlaces) {
  const std::string text = "\xef\xbb\xbf [\n {\"a\": \"],}\\\"\", \"b\": [1, {}]} ,\n5, \"x\"\n]\n";
  const Read whole = read_all({text});
  EXPECT_EQ(whole.fault, "");
  EXPECT_THAT(whole.elements,
              ElementsAre("2 37: {\"a\": \"],}\\\"\", \"b\": [1, {}]}", "3 40: 5", "3 46: \"x\""));
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const std::string_view all = text;
    EXPECT_EQ(read_all({all.substr(0, cut), all.substr(cut)}).elements, whole.elements) << cut;
  }
  EXPECT_EQ(read_all({"[]"}).fault, "");
}

TEST(JsonArray, WhatIsNotOneWholeArrayIsAFaultBehindItsElements) {
  EXPECT_THAT(read_all({"[{},"}).fault, HasSubstr("does not end"));
  EXPECT_THAT(read_all({"[{},"}).elements, ElementsAre("1 4: {}"));
  EXPECT_THAT(read_all({"[{\"a\":\"]"}).fault, HasSubstr("does not end"));
  EXPECT_THAT(read_all({"[{}]\n\n{}"}).fault, HasSubstr("line 3: something stands behind"));
  EXPECT_THAT(read_all({"{}"}).fault, HasSubstr("not an array"));
}

TEST(JsonArray, OfALargeElementOnlyTheBeginningIsKept) {
  JsonArray array(2000);
  std::vector<std::string> seen;
  const auto take = [&](const JsonArray::Element& element) {
    seen.push_back(fmt::format("{} of {}", element.text.size(), element.size));
    return true;
  };
  EXPECT_TRUE(array.take("[\"" + std::string(5000, 'x') + "\",1]", take));
  EXPECT_THAT(seen, ElementsAre("1024 of 5002", "1 of 1"));
}

}  // namespace
}  // namespace bellwether::importer
