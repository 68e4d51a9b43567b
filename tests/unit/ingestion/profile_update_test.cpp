#include "ingestion/profile_update.hpp"

#include <chrono>
#include <set>

#include <gtest/gtest.h>

#include "ingestion/profile.hpp"

namespace bellwether::ingestion {
namespace {

const ProfileSource kPeople{.project_of_token = [](std::string_view token) {
  return token == "t" ? std::optional<std::string>("8") : std::nullopt;
}};

std::string after(std::string_view document, const std::string& operations) {
  const auto batch =
      decode_profile_updates(R"({"$token":"t","$distinct_id":"ann",)" + operations + "}", kPeople);
  EXPECT_TRUE(batch && batch->rejected.empty()) << operations;
  static const ProfileLimits kLimits;
  Profile profile(document, kLimits);
  EXPECT_EQ(profile.apply(batch->updates.at(0)), std::nullopt);
  return profile.document();
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

TEST(ProfileUpdate, AnIdMayBeANumberAndIsTheOneOfItsEvents) {
  for (const auto& [id, text] : {std::pair<std::string, std::string>("17", "17"),
                                 {"1.5", "1.5"},
                                 {"9007199254740993", "9007199254740993"},
                                 {"12345678901234567890123", "12345678901234567890123"}}) {
    const auto batch =
        decode_profile_updates(R"({"$token":"t","$set":{"a":1},"$distinct_id":)" + id + "}", kPeople);
    ASSERT_TRUE(batch) << id;
    ASSERT_EQ(batch->updates.size(), 1U) << id;
    EXPECT_EQ(batch->updates[0].id, text);
  }
}

TEST(ProfileUpdate, TextThatCannotBeReadIsListedAndAnIdOfItRefused) {
  const auto value = decode_profile_updates(
      "{\"$token\":\"t\",\"$distinct_id\":\"ann\",\"$set\":{\"a\":\"\xff\"}}", kPeople);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->updates.size(), 1U);
  EXPECT_EQ(value->repaired.size(), 1U);
  for (const char* id : {"M\xffller", "a\\ud83d"}) {
    const auto refused = decode_profile_updates(
        std::string(R"({"$token":"t","$set":{"a":1},"$distinct_id":")") + id + "\"}", kPeople);
    ASSERT_TRUE(refused);
    EXPECT_TRUE(refused->updates.empty());
    ASSERT_EQ(refused->rejected.size(), 1U);
    EXPECT_EQ(refused->rejected[0].reason, Reason::kId);
  }
}

TEST(ProfileUpdate, RefusesWhatIsWrongAndTakesTheRest) {
  const auto batch = decode_profile_updates(
      R"([{"$token":"t","$distinct_id":"a","$set":{"x":1}}, 7, {"$distinct_id":"a","$set":{}},
          {"$token":"other","$distinct_id":"a","$set":{}}, {"$token":"t","$set":{}},
          {"$token":"t","$distinct_id":"a"}, {"$token":"t","$distinct_id":"a","$add":{"x":"1"}},
          {"$token":"t","$distinct_id":"a","$union":{"x":1}}, {"$token":"t","$distinct_id":"a","$unset":"x"}])",
      kPeople);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->updates.size(), 1U);
  EXPECT_EQ(batch->rejected.size(), 8U);
  EXPECT_FALSE(decode_profile_updates("{", kPeople));
}

std::string update(const std::string& operations) {
  return R"({"$token":"t","$distinct_id":"ann",)" + operations + "}";
}

std::string keys(std::size_t from, std::size_t count) {
  std::string all = "{";
  for (std::size_t i = from; i < from + count; ++i)
    all += (i > from ? ",\"k" : "\"k") + std::to_string(i) + "\":1";
  return all + "}";
}

TEST(ProfileUpdate, RefusesAnUpdateOverALimitAlone) {
  const std::string long_text(256, 'x');
  const std::string deep16 = std::string(16, '[') + std::string(16, ']');
  const std::vector<std::pair<std::string, bool>> cases{
      {R"("$set":{"a":1e400})", true},
      {R"("$append":{"a":[-1e400]})", true},
      {R"("$add":{"a":NaN,"b":1})", true},
      {R"("$set":{"a":"\ud83d","b":1})", true},
      {R"("$set":{"a":01})", false},
      {R"("$set":{"a":"\x"})", false},
      {R"("$set":{"a":)" + deep16 + "}", true},
      {R"("$set":{"a":[)" + deep16 + "]}", false},
      {R"("$set":{"a":)" + std::string(100, '[') + std::string(100, ']') + "}", false},
      {R"("$set":)" + keys(0, 2000), true},
      {R"("$set":)" + keys(0, 2001), false},
      {"\"$set\":{\"" + long_text + "\":1}", false},
      {R"("$set":{"a":")" + std::string(1 << 20, 'x') + "\"}", false}};
  for (const auto& [operations, taken] : cases) {
    const auto batch = decode_profile_updates("[" + update(R"("$set":{"x":1})") + "," + update(operations) +
                                                  "," + update(R"("$set":{"y":1})") + "]",
                                              kPeople);
    ASSERT_TRUE(batch) << operations.substr(0, 60) << batch.error();
    EXPECT_EQ(batch->updates.size(), taken ? 3U : 2U) << operations.substr(0, 60);
  }
  EXPECT_EQ(
      decode_profile_updates(R"({"$token":"t","$distinct_id":")" + long_text + R"(","$set":{}})", kPeople)
          ->rejected.size(),
      1U);
  std::string many = "[";
  for (int i = 0; i < 2001; ++i) many += (i > 0 ? "," : "") + update(R"("$set":{})");
  EXPECT_FALSE(decode_profile_updates(many + "]", kPeople));
}

/// Applies the updates of a body to one profile; counts those that it refused.
std::size_t refusals(Profile& profile, const std::string& body) {
  const auto batch = decode_profile_updates(body, kPeople);
  EXPECT_TRUE(batch) << batch.error();
  std::size_t refused = batch->rejected.size();
  for (const ProfileUpdate& one : batch->updates) refused += profile.apply(one) ? 1 : 0;
  return refused;
}

TEST(ProfileTest, StaysFiniteAndWithinItsLimits) {
  const ProfileLimits limits{.profile_bytes = 1000, .shape = {.keys = 20}};
  Profile profile(R"({"x":1e308})", limits);
  EXPECT_EQ(refusals(profile, update(R"("$set":{"a":1},"$add":{"x":1e308})")), 1U);
  EXPECT_EQ(profile.document(), R"({"x":1E308})") << "an update is applied whole or not at all";
  EXPECT_EQ(refusals(profile, update(R"("$set":)" + keys(0, 19))), 0U);
  EXPECT_EQ(refusals(profile, update(R"("$set_once":)" + keys(19, 1))), 1U);
  EXPECT_EQ(refusals(profile, update(R"("$set":{"k0":{"in":1}})")), 1U) << "nested keys count";
  EXPECT_EQ(refusals(profile, update(R"("$unset":["k0","k1"])")), 0U);
  EXPECT_EQ(refusals(profile, update(R"("$append":{"l":")" + std::string(600, 'x') + "\"}")), 0U);
  EXPECT_EQ(refusals(profile, update(R"("$append":{"l":")" + std::string(600, 'x') + "\"}")), 1U);
  EXPECT_EQ(refusals(profile, update(R"("$union":{"l":[")" + std::string(600, 'x') + "\"]}")), 1U);
  EXPECT_EQ(refusals(profile, update(R"("$set":{"l":1})")), 0U) << "what makes it lighter is taken";
}

TEST(ProfileTest, TakesAStoredProfileOverTheLimitsAndShrinksIt) {
  const ProfileLimits limits{.shape = {.keys = 20}};
  Profile profile(keys(0, 100), limits);
  EXPECT_EQ(refusals(profile, update(R"("$set":{"new":1})")), 1U);
  EXPECT_EQ(refusals(profile, update(R"("$set":{"k1":2})")), 0U) << "nothing is added";
  EXPECT_EQ(refusals(profile, update(R"("$unset":["k0"])")), 0U);
  Profile broken("{\"a\":Infinity}", limits);
  EXPECT_EQ(refusals(broken, update(R"("$set":{"a":1})")), 1U);
  EXPECT_EQ(refusals(broken, update(R"("$delete":null)")), 0U);
  EXPECT_EQ(refusals(broken, update(R"("$set":{"a":1})")), 0U);
  EXPECT_EQ(broken.document(), R"({"a":1})");
}

TEST(ProfileTest, ListsOfAnySizeCostAboutTheirSize) {
  // Quadratic work on these sizes takes minutes.
  std::string list = "[";
  for (int i = 0; i < 100'000; ++i) list += (i > 0 ? "," : "") + std::to_string(i);
  list += "]";
  const ProfileLimits limits;
  Profile profile("", limits);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(refusals(profile, update(R"("$union":{"l":)" + list + "}")), 0U);
  const auto once = R"({"l":)" + list + "}";
  EXPECT_EQ(profile.document(), once);
  EXPECT_EQ(refusals(profile, update(R"("$union":{"l":)" + list + "}")), 1U) << "it might double the profile";
  std::string many = "[";
  for (int i = 0; i < 2000; ++i)
    many += (i > 0 ? "," : "") + update(R"("$append":{"l":"x"},"$remove":{"l":)" + std::to_string(i) + "}");
  EXPECT_EQ(refusals(profile, many + "]"), 0U);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
  EXPECT_TRUE(profile.document().starts_with(R"({"l":[2000,2001,)"));
}

TEST(ProfileTest, ComparesItemsByValue) {
  const ProfileLimits limits;
  Profile profile(R"({"l":[{"a":1,"b":[2]},"1",1]})", limits);
  EXPECT_EQ(refusals(profile, update(R"("$union":{"l":[{"b":[2],"a":1},1,"1",2]})")), 0U);
  EXPECT_EQ(profile.document(), R"({"l":[{"a":1,"b":[2]},"1",1,2]})");
  EXPECT_EQ(refusals(profile, update(R"("$remove":{"l":{"b":[2],"a":1}})")), 0U);
  EXPECT_EQ(profile.document(), R"({"l":["1",1,2]})");
}

}  // namespace
}  // namespace bellwether::ingestion
