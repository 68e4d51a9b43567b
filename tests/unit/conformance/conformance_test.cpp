#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/load.hpp"
#include "conformance/membership.hpp"
#include "conformance/messages.hpp"
#include "conformance/report.hpp"
#include "contract/alert.hpp"

namespace bellwether::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ReadMembers, TakesTheFormsThatEndpointsHave) {
  const char* json = "application/json";
  struct Row {
    const char* media_type;
    const char* body;
  };
  for (const Row& row : {
           Row{json, R"(["ann", "bob"])"},
           Row{json, R"([{"id": "ann"}, {"id": "bob", "plan": "pro"}])"},
           Row{json,
               R"([{"distinct_id": "ann", "id": 1}, {"mixpanel_distinct_id": "bob", "distinct_id": "x"}])"},
           Row{json, R"({"data": ["ann", "bob"]})"},
           Row{json, R"({"cohort": "12", "members": [{"distinct_id": "ann"}, {"distinct_id": "bob"}]})"},
           Row{"application/x-ndjson", "{\"distinct_id\": \"ann\"}\n{\"distinct_id\": \"bob\"}\n"},
           Row{"application/jsonl; charset=utf-8", "\"ann\"\r\n\"bob\""},
           Row{"text/csv", "plan,distinct_id\npro,ann\n\"a,b\",\"bob\"\n"},
           Row{"text/csv; charset=utf-8", "member,plan\r\nann,x\r\nbob,y\r\n"},
       }) {
    const auto list = read_members(row.body, row.media_type);
    ASSERT_TRUE(list) << row.body << ": " << list.error().message;
    EXPECT_THAT(list->ids, ElementsAre("ann", "bob")) << row.body;
  }
}

TEST(ReadMembers, KnowsWhereTheNextPageBegins) {
  EXPECT_EQ(read_members(R"({"data": ["ann"], "next": "ann"})", "application/json")->next, "ann");
  EXPECT_EQ(read_members(R"({"data": [7], "next": 7})", "application/json")->next, "7");
  EXPECT_EQ(read_members(R"({"data": [], "next": null})", "application/json")->next, std::nullopt);
}

TEST(ReadMembers, SaysWhatItCannotRead) {
  for (const char* wrong : {"", "nonsense", "7", "{}", R"([{"name": "ann"}])", R"({"data": {}})", "[null]"})
    EXPECT_FALSE(read_members(wrong, "application/json")) << wrong;
  EXPECT_FALSE(read_members("nonsense\n", "application/x-ndjson"));
  EXPECT_THAT(read_members("", "text/csv")->ids, IsEmpty());
}

TEST(Messages, AreRightUntilSomethingIsLeftOut) {
  Page page{.project = "1", .cohort = "2", .session = "s", .members = {{"a\"b", R"("plan": [1])"}, {"c"}}};
  const auto right = contract::decode_cohort_page(encode(page), {});
  ASSERT_TRUE(right) << right.error().describe();
  EXPECT_EQ(right->member_count, 2U);
  page.numeric_ids = true;
  page.extra = R"("new": {"a": null})";
  EXPECT_TRUE(contract::decode_cohort_page(encode(page), {}));
  for (const char* field : {"action", "parameters", "mixpanel_project_id", "mixpanel_cohort_id",
                            "mixpanel_session_id", "members", "mixpanel_distinct_id"}) {
    page.without = field;
    EXPECT_FALSE(contract::decode_cohort_page(encode(page), {})) << field;
  }
  AlertNote note{.project = "1"};
  EXPECT_TRUE(contract::decode_alert(encode(note), {}));
  for (const char* field : {"event_type", "alert", "condition", "report", "links"}) {
    note.without = field;
    EXPECT_TRUE(contract::decode_alert(encode(note), {})->is_unknown) << field;
  }
}

TEST(Suite, EachCaseHasANameOfItsOwnAndAReason) {
  std::set<std::string_view> names;
  for (const Case& one : suite()) {
    EXPECT_TRUE(names.insert(one.name).second) << one.name;
    EXPECT_GT(one.protects.size(), 10U) << one.name;
    EXPECT_FALSE(one.contract.empty()) << one.name;
  }
  EXPECT_EQ(suite().back().name, "no-4xx-for-valid") << "it tells what all others have shown";
}

TEST(CheckReport, CountsAndEscapes) {
  const std::vector<Outcome> outcomes{
      {.which = suite().data(), .verdict = Verdict::kPassed},
      {.which = suite().data() + 1,
       .verdict = Verdict::kFailed,
       .finding = {"<sent>", "a \"b\"", "&", "mend"}},
      {.which = suite().data() + 2, .verdict = Verdict::kNotChecked, .not_checked = "needs --user"}};
  EXPECT_THAT(summary(outcomes), HasSubstr("1 passed, 1 failed, 1 not checked"));
  const std::string xml = to_junit(outcomes);
  EXPECT_THAT(xml, HasSubstr("tests=\"3\" failures=\"1\" skipped=\"1\""));
  EXPECT_THAT(xml,
              HasSubstr("sent: &lt;sent&gt;\nexpected: a &quot;b&quot;\ncame: &amp;\nmend: mend</failure>"));
  EXPECT_THAT(to_json(outcomes), HasSubstr(R"("passed":1,"failed":1,"not_checked":1)"));
}

TEST(Loopback, IsThisMachineAndNothingElse) {
  for (const char* own :
       {"http://127.0.0.1:8080/x", "https://localhost/x", "http://[::1]:80", "http://127.8.9.1"})
    EXPECT_TRUE(is_loopback(own)) << own;
  for (const char* other :
       {"http://127.0.0.1.example.com/", "http://localhost.example.com", "http://127.0.0.1@evil.example/",
        "http://10.0.0.1/", "http://example.com/127.0.0.1", "127.0.0.1", "http://127.x.0.1/", ""})
    EXPECT_FALSE(is_loopback(other)) << other;
}

}  // namespace
}  // namespace bellwether::conformance
