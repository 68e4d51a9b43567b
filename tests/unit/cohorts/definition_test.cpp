#include "cohorts/definition.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cohorts/query.hpp"

namespace bellwether::cohorts {
namespace {

std::string one(const std::string& condition) {
  return R"({"groups":[{"conditions":[)" + condition + "]}]}";
}

std::string profile(const std::string& filter) {
  return one(R"({"profile":)" + filter + "}");
}

TEST(Definition, SaysWhereItIsWrong) {
  struct Case {
    std::string text;
    std::string complaint;
  };
  for (const Case& c : std::vector<Case>{
           {"{", "is not JSON: incomplete JSON"},
           {"[]", "must be an object"},
           {"{}", "groups: is missing"},
           {R"({"groups":[]})", "groups: must not be empty"},
           {R"({"groups":{}})", "groups: must be an array"},
           {R"({"groups":[],"matches":"all"})",
            "matches: is not known here; known are \"match\", \"groups\""},
           {R"({"match":"both","groups":[{"conditions":[{"in_cohort":"a"}]}]})",
            "match: must be one of \"all\", \"any\""},
           {R"({"groups":[{"conditions":[]}]})", "groups[0].conditions: must not be empty"},
           {one("{}"), "groups[0].conditions[0]: must have exactly one key"},
           {one(R"({"in_cohort":""})"), "groups[0].conditions[0].in_cohort: must be a string, not empty"},
           {one(R"({"did":{"event":7}})"), "groups[0].conditions[0].did.event: must be a string, not empty"},
           {one(R"({"did":{"event":"a","count":{"op":"~","value":1}}})"),
            "groups[0].conditions[0].did.count.op: must be one of \"=\", \"!=\", \"<\", \"<=\", \">\", "
            "\">=\""},
           {one(R"({"did":{"event":"a","count":{"op":">","value":1.5}}})"),
            "groups[0].conditions[0].did.count.value: must be a whole number from 0 to 1000000000"},
           {one(R"({"did":{"event":"a","within":{"last":"7 days"}}})"),
            "groups[0].conditions[0].did.within.last: must be a time such as \"90s\", \"30m\", \"12h\" or "
            "\"7d\""},
           {one(R"({"did":{"event":"a","within":{"last":"7d","from":"2026-01-01"}}})"),
            "groups[0].conditions[0].did.within: takes either last, or from and to"},
           {one(R"({"did":{"event":"a","within":{"from":"yesterday"}}})"),
            "groups[0].conditions[0].did.within.from: must be a date such as \"2026-02-06\" or "
            "\"2026-02-06T10:53:30Z\""},
           {one(R"({"did":{"event":"a","where":[{"property":"x","op":"is"}]}})"),
            "groups[0].conditions[0].did.where[0].value: is missing"},
           {profile(R"({"property":"x","op":"between","value":[1]})"),
            "groups[0].conditions[0].profile.value: must be two numbers"},
           {profile(R"({"property":"x","op":"set","value":1})"),
            "groups[0].conditions[0].profile.value: is not known here"},
           {profile(R"({"property":"x","op":">","value":"1"})"),
            "groups[0].conditions[0].profile.value: must be a number"},
       }) {
    const auto parsed = parse_definition(c.text);
    ASSERT_FALSE(parsed) << c.text;
    EXPECT_EQ(parsed.error().describe(), c.complaint);
  }
}

TEST(Query, RefusesCirclesAndDepth) {
  const auto refers = [](const std::string& name) {
    return *parse_definition(one(R"({"in_cohort":")" + name + "\"}"));
  };
  const FindCohort circle = [&](const std::string& name) -> std::expected<Source, std::string> {
    return refers(name == "a" ? "b" : "a");
  };
  EXPECT_EQ(compile(refers("a"), "8", {}, circle).error(), "the cohort \"a\" refers to itself");
  const FindCohort deep = [&](const std::string& name) -> std::expected<Source, std::string> {
    return refers(name + "x");
  };
  EXPECT_EQ(compile(refers("a"), "8", {}, deep).error(), "cohorts refer to each other at most 8 deep");
  const FindCohort none = [](const std::string& name) -> std::expected<Source, std::string> {
    return std::unexpected(fmt::format("there is no cohort \"{}\"", name));
  };
  EXPECT_EQ(compile(refers("a"), "8", {}, none).error(), "there is no cohort \"a\"");
}

TEST(Query, HoldsNoValueOfTheDefinition) {
  const auto definition = parse_definition(
      profile(R"({"property":"planet","op":"is","value":["Robert'); DROP TABLE students;--", 5]})"));
  const auto query = compile(*definition, "secret project", {}, {});
  ASSERT_TRUE(query);
  for (const char* value : {"planet", "Robert", "DROP", "secret"}) {
    EXPECT_EQ(query->statement.find(value), std::string::npos) << value;
  }
}

}  // namespace
}  // namespace bellwether::cohorts
