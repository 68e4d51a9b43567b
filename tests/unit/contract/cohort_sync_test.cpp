#include "contract/cohort_sync.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "contract/member_reader.hpp"

namespace bellwether::contract {
namespace {

std::string page(const std::string& members, const std::string& info = R"({"total_pages":2,"page_count":1})",
                 const std::string& ids =
                     R"("mixpanel_project_id":"8","mixpanel_cohort_id":"12","mixpanel_session_id":"s")") {
  return R"({"action":"add_members","parameters":{)" + ids + R"(,"page_info":)" + info + R"(,"members":)" +
         members + "}}";
}

std::vector<std::pair<std::string, std::string>> read(const std::string& members_json) {
  std::vector<std::pair<std::string, std::string>> out;
  MemberReader().read(members_json,
                      [&](const Member& member) { out.emplace_back(member.distinct_id, member.properties); });
  return out;
}

TEST(CohortPage, DecodesEveryField) {
  const auto decoded = decode_cohort_page(
      R"({"parameters":{"members":[{"mixpanel_distinct_id":"ann"}],"page_info":{"page_count":2,"total_pages":3,"x":[1]},
          "mixpanel_session_id":"s","mixpanel_cohort_description":"d","mixpanel_cohort_name":"n\u00e9",
          "mixpanel_cohort_id":"12","mixpanel_project_id":"8","later":{"a":1}},"action":"remove_members","new":null})",
      {});
  ASSERT_TRUE(decoded) << decoded.error().describe();
  EXPECT_EQ(decoded->action, Action::kRemoveMembers);
  EXPECT_EQ(decoded->project_id, "8");
  EXPECT_EQ(decoded->cohort_id, "12");
  EXPECT_EQ(decoded->session_id, "s");
  EXPECT_EQ(decoded->cohort_name, "né");
  EXPECT_EQ(decoded->cohort_description, "d");
  EXPECT_EQ(decoded->total_pages, 3U);
  EXPECT_EQ(decoded->page_count, 2U);
  EXPECT_EQ(decoded->member_count, 1U);
}

TEST(CohortPage, KeepsPropertiesByteForByte) {
  const std::string members =
      R"([ {"a": {"deep":[1, 2.50,{"x":null}]} ,"mixpanel_distinct_id":"ann","n":1e400,"s":"\u00e9\/","t":true},)"
      R"({"mixpanel_distinct_id":7}])";
  const auto decoded = decode_cohort_page(page(members), {});
  ASSERT_TRUE(decoded) << decoded.error().describe();
  const auto found = read(decoded->members_json);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].first, "ann");
  EXPECT_EQ(found[0].second, R"({"a":{"deep":[1, 2.50,{"x":null}]},"n":1e400,"s":"\u00e9\/","t":true})");
  EXPECT_EQ(found[1].first, "7") << "an integer id is taken as its digits";
  EXPECT_EQ(found[1].second, "{}");
}

TEST(CohortPage, TakesIntegersForIds) {
  const auto decoded = decode_cohort_page(
      page(
          "[]", R"({"total_pages":1,"page_count":1})",
          R"("mixpanel_project_id":8,"mixpanel_cohort_id":12345678901234567890123,"mixpanel_session_id":-5)"),
      {});
  ASSERT_TRUE(decoded) << decoded.error().describe();
  EXPECT_EQ(decoded->project_id, "8");
  EXPECT_EQ(decoded->cohort_id, "12345678901234567890123");
  EXPECT_EQ(decoded->session_id, "-5");
}

struct Wrong {
  std::string body;
  std::string error;
};

TEST(CohortPage, NamesWhatIsWrong) {
  const std::vector<Wrong> cases{
      {R"([])", "expected an object, found an array"},
      {R"({"parameters":{}})",
       R"(action: expected "members", "add_members" or "remove_members", found nothing)"},
      {R"({"action":"add"})",
       R"(action: expected "members", "add_members" or "remove_members", found "add")"},
      {R"({"action":3})", R"(action: expected "members", "add_members" or "remove_members", found a number)"},
      {R"({"action":"members"})", "parameters: expected an object, found nothing"},
      {R"({"action":"members","parameters":[]})", "parameters: expected an object, found an array"},
      {R"({"action":"members","parameters":{}})",
       "parameters.mixpanel_project_id: expected a string, found nothing"},
      {page("[]", "{}", R"("mixpanel_project_id":1.5)"),
       "parameters.mixpanel_project_id: expected a string, found a number that is no integer"},
      {page("[]", "{}", R"("mixpanel_project_id":null)"),
       "parameters.mixpanel_project_id: expected a string, found null"},
      {page("[]", "\"1/2\""), "parameters.page_info: expected an object, found a string"},
      {page("[]", R"({"total_pages":0,"page_count":1})"),
       "parameters.page_info.total_pages: expected an integer from 1 to 2147483647, found 0"},
      {page("[]", R"({"total_pages":2,"page_count":3})"),
       "parameters.page_info.page_count: expected at most total_pages (2), found 3"},
      {page("[]", R"({"total_pages":2})"),
       "parameters.page_info.page_count: expected an integer, found nothing"},
      {page("{}"), "parameters.members: expected an array, found an object"},
      {page("[1]"), "parameters.members[0]: expected an object, found a number"},
      {page(R"([{"mixpanel_distinct_id":"a"},{"email":"b"}])"),
       "parameters.members[1].mixpanel_distinct_id: expected a string, found nothing"},
      {page(R"([{"mixpanel_distinct_id":["a"]}])"),
       "parameters.members[0].mixpanel_distinct_id: expected a string, found an array"},
  };
  for (const Wrong& wrong : cases) {
    const auto decoded = decode_cohort_page(wrong.body, {});
    ASSERT_FALSE(decoded) << wrong.body;
    EXPECT_EQ(decoded.error().kind, DecodeError::Kind::kContract) << wrong.body;
    EXPECT_EQ(decoded.error().describe(), wrong.error);
  }
}

TEST(CohortPage, RefusesWhatIsNotJson) {
  for (const std::string& body : {std::string(), std::string("{"), std::string("not json"), page("["),
                                  page("[]") + "x", page(R"([{"mixpanel_distinct_id":"a","x":01}])"),
                                  page("[{\"mixpanel_distinct_id\":\"a\",\"x\":\"\xff\"}]"),
                                  page(R"([{"mixpanel_distinct_id":"a" "x":1}])")}) {
    const auto decoded = decode_cohort_page(body, {});
    ASSERT_FALSE(decoded) << body;
    EXPECT_EQ(decoded.error().kind, DecodeError::Kind::kMalformed)
        << body << ": " << decoded.error().describe();
  }
}

TEST(CohortPage, HasLimits) {
  const DecodeLimits limits{.depth = 8, .members = 2, .string_bytes = 20};
  const auto refused = [&](const std::string& body) {
    const auto decoded = decode_cohort_page(body, limits);
    return !decoded && decoded.error().kind == DecodeError::Kind::kLimit;
  };
  EXPECT_TRUE(
      decode_cohort_page(page(R"([{"mixpanel_distinct_id":"a"},{"mixpanel_distinct_id":"b"}])"), limits));
  EXPECT_TRUE(refused(
      page(R"([{"mixpanel_distinct_id":"a"},{"mixpanel_distinct_id":"b"},{"mixpanel_distinct_id":"c"}])")));
  EXPECT_TRUE(refused(page(R"([{"mixpanel_distinct_id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}])")));
  EXPECT_TRUE(refused(page(R"([{"mixpanel_distinct_id":"a","x":[[[[[[]]]]]]}])")));
  EXPECT_TRUE(refused(page(R"([{"mixpanel_distinct_id":"a","x":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}])")));
}

TEST(CohortPage, FindsTheActionOfABodyThatIsWrong) {
  EXPECT_EQ(find_action(R"({"action":"members"})"), Action::kMembers);
  EXPECT_EQ(find_action(R"({"x":1,"action":"add_members","parameters":3})"), Action::kAddMembers);
  EXPECT_EQ(find_action(R"({"action":"other"})"), std::nullopt);
  EXPECT_EQ(find_action(R"({"action":1})"), std::nullopt);
  EXPECT_EQ(find_action(""), std::nullopt);
  EXPECT_EQ(find_action("[]"), std::nullopt);
}

TEST(CohortPage, Answers) {
  EXPECT_EQ(encode_success(Action::kMembers), R"({"action":"members","status":"success"})");
  EXPECT_EQ(encode_failure(Action::kAddMembers, 400, "a \"b\""),
            R"({"action":"add_members","status":"failure","error":{"message":"a \"b\"","code":400}})");
  EXPECT_EQ(encode_failure(std::nullopt, 503, "x"),
            R"({"status":"failure","error":{"message":"x","code":503}})");
}

}  // namespace
}  // namespace bellwether::contract
