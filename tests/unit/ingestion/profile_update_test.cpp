#include "ingestion/profile_update.hpp"

#include <gtest/gtest.h>

namespace bellwether::ingestion {
namespace {

std::optional<std::string> project(std::string_view token) {
  return token == "t" ? std::optional<std::string>("8") : std::nullopt;
}

std::string after(std::string_view document, const std::string& operations) {
  const auto batch =
      decode_profile_updates(R"({"$token":"t","$distinct_id":"ann",)" + operations + "}", project);
  EXPECT_TRUE(batch && batch->refused.empty()) << operations;
  return updated_profile(document, batch->updates.at(0));
}

TEST(ProfileUpdate, ATableOfOperations) {
  struct Case {
    const char* before;
    const char* operations;
    const char* after;
  };
  for (const Case& c : {
           Case{"", R"("$set":{"a":1})", R"({"a":1})"},
           Case{R"({"a":1,"b":2})", R"("$set":{"a":"x","c":[1]})", R"({"a":"x","b":2,"c":[1]})"},
           Case{R"({"a":1})", R"("$set":{"a":null})", R"({})"},
           Case{R"({"a":1})", R"("$set_once":{"a":2,"b":3})", R"({"a":1,"b":3})"},
           Case{R"({"a":1,"t":"x"})", R"("$add":{"a":2,"b":5,"t":1,"f":0.5})",
                R"({"a":3,"t":"x","b":5,"f":5E-1})"},
           Case{R"({"a":9223372036854775807})", R"("$add":{"a":1})", R"({"a":9.223372036854776E18})"},
           Case{R"({"l":[1],"t":"x"})", R"("$append":{"l":1,"m":"y","t":2})",
                R"({"l":[1,1],"t":"x","m":["y"]})"},
           Case{R"({"l":[1,2]})", R"("$union":{"l":[2,3,3],"m":["y"]})", R"({"l":[1,2,3],"m":["y"]})"},
           Case{R"({"l":[1,2,1],"t":1})", R"("$remove":{"l":1,"t":1,"z":1})", R"({"l":[2],"t":1})"},
           Case{R"({"a":1,"b":2})", R"("$unset":["a","z"])", R"({"b":2})"},
           Case{R"({"a":1})", R"("$delete":"")", ""},
           Case{"", R"("$delete":null)", ""},
           // Within one update in a fixed order, set before add.
           Case{"", R"("$add":{"n":2},"$set":{"n":40})", R"({"n":42})"},
       }) {
    EXPECT_EQ(after(c.before, c.operations), c.after) << c.operations;
  }
}

TEST(ProfileUpdate, RefusesWhatDoesNotReadAndTakesTheRest) {
  const auto batch = decode_profile_updates(
      R"([{"$token":"t","$distinct_id":"a","$set":{"x":1}}, 7, {"$distinct_id":"a","$set":{}},
          {"$token":"other","$distinct_id":"a","$set":{}}, {"$token":"t","$set":{}},
          {"$token":"t","$distinct_id":"a"}, {"$token":"t","$distinct_id":"a","$add":{"x":"1"}},
          {"$token":"t","$distinct_id":"a","$union":{"x":1}}, {"$token":"t","$distinct_id":"a","$unset":"x"}])",
      project);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->updates.size(), 1U);
  EXPECT_EQ(batch->refused.size(), 8U);
  EXPECT_FALSE(decode_profile_updates("{", project));
}

}  // namespace
}  // namespace bellwether::ingestion
