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
  const auto done = MemberReader().read(
      members_json, [&](const Member& member) { out.emplace_back(member.distinct_id, member.properties); });
  EXPECT_TRUE(done);
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
      {page("[]", "{}", R"("mixpanel_project_id":null)"),
       "parameters.mixpanel_project_id: expected a string, found null"},
      {page("{}"), "parameters.members: expected an array, found an object"},
      {page("[1]"), "parameters.members: expected members with a mixpanel_distinct_id, found 1 without"},
      {page(R"([{"email":"a"},{"mixpanel_distinct_id":null},{"mixpanel_distinct_id":""}])"),
       "parameters.members: expected members with a mixpanel_distinct_id, found 3 without"},
      {R"({"action":"members","parameters":{"mixpanel_project_id":"8","mixpanel_cohort_id":"12",)"
       R"("mixpanel_session_id":"s","members":null}})",
       "parameters.members: expected an array, found null"},
  };
  for (const Wrong& wrong : cases) {
    const auto decoded = decode_cohort_page(wrong.body, {});
    ASSERT_FALSE(decoded) << wrong.body;
    EXPECT_EQ(decoded.error().kind, DecodeError::Kind::kContract) << wrong.body;
    EXPECT_EQ(decoded.error().describe(), wrong.error);
  }
}

TEST(CohortPage, TakesAnyNumberThatIsAPageNumber) {
  struct Case {
    std::string info;
    std::uint32_t index;
    std::uint32_t total;
  };
  const std::vector<Case> cases{
      {R"({"total_pages":3,"page_count":2})", 2, 3},
      {R"({"total_pages":"3","page_count":"2"})", 2, 3},
      {R"({"total_pages":1})", 1, 1},
      // What makes no sense leaves the page without a number: its members can be read all the same.
      {R"({})", 1, 0},
      {R"("1/2")", 1, 0},
      {R"(null)", 1, 0},
      {R"({"total_pages":0,"page_count":1})", 1, 0},
      {R"({"total_pages":2,"page_count":3})", 1, 0},
      {R"({"total_pages":2})", 1, 0},
      {R"({"page_count":2})", 1, 0},
      {R"({"total_pages":1.5,"page_count":1})", 1, 0},
      {R"({"total_pages":99999999999,"page_count":1})", 1, 0},
  };
  for (const Case& c : cases) {
    const auto decoded = decode_cohort_page(page("[]", c.info), {});
    ASSERT_TRUE(decoded) << c.info << ": " << decoded.error().describe();
    EXPECT_EQ(decoded->page_count, c.index) << c.info;
    EXPECT_EQ(decoded->total_pages, c.total) << c.info;
  }
}

TEST(CohortPage, TakesWhatSendersInTheWildSend) {
  // Without page_info, with an id of the integration and members of raw properties; and all of it at the top level.
  const std::string members = R"([{"$distinct_id":"ann","$email":"ann@example.com","$name":"Ann"}])";
  const std::string fields =
      R"("mixpanel_project_id":"8","mixpanel_cohort_id":"12","mixpanel_session_id":"s","mixpanel_integration_id":"0",)"
      R"("members":)" +
      members;
  for (const std::string& body :
       {R"({"action":"members","parameters":{)" + fields + "}}", R"({"action":"members",)" + fields + "}",
        R"({"parameters":{"mixpanel_project_id":"8"},"action":"members",)" + fields + "}"}) {
    const auto decoded = decode_cohort_page(body, {});
    ASSERT_TRUE(decoded) << body << ": " << decoded.error().describe();
    EXPECT_FALSE(decoded->is_numbered());
    EXPECT_EQ(decoded->project_id, "8");
    const auto found = read(decoded->members_json);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].first, "ann");
    EXPECT_EQ(found[0].second, R"({"$email":"ann@example.com","$name":"Ann"})");
  }
}

TEST(CohortPage, AnEmptyCallMayHaveNullForItsMembers) {
  const auto decoded = decode_cohort_page(page("null"), {});
  ASSERT_TRUE(decoded) << decoded.error().describe();
  EXPECT_EQ(decoded->member_count, 0U);
  EXPECT_EQ(decoded->members_json, "[]");
}

TEST(Member, HasAnIdOfEitherName) {
  const auto id_of = [](const std::string& fields) {
    const auto found = read("[{" + fields + "}]");
    return found.empty() ? "nobody" : found[0].first + " " + found[0].second;
  };
  EXPECT_EQ(id_of(R"("mixpanel_distinct_id":"a")"), "a {}");
  EXPECT_EQ(id_of(R"("$distinct_id":"a")"), "a {}");
  EXPECT_EQ(id_of(R"("$distinct_id":"b","mixpanel_distinct_id":"a")"), R"(a {"$distinct_id":"b"})");
  EXPECT_EQ(id_of(R"("mixpanel_distinct_id":"a","$distinct_id":"b")"), R"(a {"$distinct_id":"b"})");
  EXPECT_EQ(id_of(R"("mixpanel_distinct_id":null,"$distinct_id":"b")"), "b {}");
  EXPECT_EQ(id_of(R"("mixpanel_distinct_id":"","$distinct_id":7)"), "7 {}");
  EXPECT_EQ(id_of(R"("mixpanel_distinct_id":"a","$distinct_id":[1, 2])"), R"(a {"$distinct_id":[1, 2]})");
  EXPECT_EQ(id_of(R"("\u0024distinct_id":"a")"), "a {}") << "a key is what it means";
  EXPECT_EQ(id_of(R"("mixpanel_distinct_id":12)"), "12 {}");
  EXPECT_EQ(id_of(R"("mixpanel_distinct_id": 12.50 )"), "12.50 {}") << "as it was sent";
  EXPECT_EQ(id_of(R"("mixpanel_distinct_id":9007199254740993)"), "9007199254740993 {}")
      << "never through a double";
  for (const char* none :
       {"", R"("email":"x")", R"("mixpanel_distinct_id":{})", R"("mixpanel_distinct_id":true)",
        R"("mixpanel_distinct_id":"","$distinct_id":"")"})
    EXPECT_EQ(id_of(none), "nobody") << none;
}

TEST(CohortPage, SkipsMembersWithoutAnId) {
  const auto decoded = decode_cohort_page(page(R"([{"email":"x"},{"mixpanel_distinct_id":"a"},7,null])"), {});
  ASSERT_TRUE(decoded) << decoded.error().describe();
  EXPECT_EQ(decoded->member_count, 1U);
  EXPECT_EQ(decoded->skipped, (std::vector<std::size_t>{0, 2, 3}));
  EXPECT_EQ(read(decoded->members_json).size(), 1U);
}

/// As JavaScript writes a string that was cut within an emoji.
TEST(CohortPage, HalfASurrogatePairCostsNoOtherMember) {
  const std::string body = page(
      R"([{"mixpanel_distinct_id":"\ud83d"},{"mixpanel_distinct_id":"ann","\ud83d":1,"name":"\ud83d"},)"
      R"({"mixpanel_distinct_id":"\ud83d","$distinct_id":"bob"},{"$distinct_id":"\udc00","mixpanel_distinct_id":"cyd"}])");
  const auto decoded = decode_cohort_page(body, {});
  ASSERT_TRUE(decoded) << decoded.error().describe();
  EXPECT_EQ(decoded->member_count, 3U);
  EXPECT_EQ(decoded->skipped, (std::vector<std::size_t>{0}));
  const std::vector<std::pair<std::string, std::string>> expected{
      {"ann", R"({"\ud83d":1,"name":"\ud83d"})"}, {"bob", "{}"}, {"cyd", R"({"$distinct_id":"\udc00"})"}};
  EXPECT_EQ(read(decoded->members_json), expected);
}

TEST(CohortPage, AnEscapeThatJsonHasNotIsRefused) {
  for (const std::string member :
       {R"({"mixpanel_distinct_id":"\q"})", R"({"mixpanel_distinct_id":"ann","\q":1})",
        R"({"mixpanel_distinct_id":"\ud8"})"}) {
    const auto decoded = decode_cohort_page(page("[" + member + "]"), {});
    ASSERT_FALSE(decoded) << member;
    EXPECT_EQ(decoded.error().kind, DecodeError::Kind::kMalformed);
  }
}

TEST(CohortPage, ItsDigestsTellWhetherItIsTheSame) {
  const auto decode = [](const std::string& members) { return *decode_cohort_page(page(members), {}); };
  const CohortPage first = decode(R"([{"mixpanel_distinct_id":"12"},{"mixpanel_distinct_id":"b","v":1}])");
  const CohortPage other_order =
      decode(R"([{"mixpanel_distinct_id":"b","v":1},{"mixpanel_distinct_id":12}])");
  EXPECT_EQ(first.ids, other_order.ids) << "a set: 12 and \"12\" are the same";
  EXPECT_NE(first.content, other_order.content);
  const CohortPage twice =
      decode(R"([{"mixpanel_distinct_id":"b"},{"mixpanel_distinct_id":"12"},{"mixpanel_distinct_id":"b"}])");
  EXPECT_EQ(first.ids, twice.ids);
  EXPECT_NE(first.ids, decode(R"([{"mixpanel_distinct_id":"12"}])").ids);
  EXPECT_NE(first.ids, decode("[]").ids);
  CohortPage by_hand = first;
  by_hand.ids = {};
  digest_members(by_hand);
  EXPECT_EQ(by_hand.ids, first.ids);
  EXPECT_EQ(by_hand.content, first.content);
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
