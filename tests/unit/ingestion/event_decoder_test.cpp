#include "ingestion/event_decoder.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bellwether::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Timestamp kNow = *parse_iso8601("2026-01-20T12:00:00Z");

EventSource strict() {
  return {.project_id = "8", .strict = true, .now = kNow};
}

TEST(EventDecoder, WritesARowAndKeepsThePropertiesAsSent) {
  const auto batch = decode_events(
      R"([{"event":"Buy","properties":{"time":1700000000,"distinct_id":"ann","$insert_id":"i","token":"t","a.b":[1,{"c":"é\n"}]}}])",
      strict());
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->events, 1U);
  EXPECT_EQ(batch->rows,
            R"({"project_id":"8","event":"Buy","distinct_id":"ann","time":1700000000000,"insert_id":"i",)"
            R"("properties":{"a.b":[1,{"c":"é\n"}]},"received_at":1768910400000})"
            "\n");
}

TEST(EventDecoder, SaysWhatIsWrongWithEachRecord) {
  struct Case {
    const char* record;
    const char* field;
  };
  for (
      const Case& c : {
          Case{"7", ""},
          Case{R"({"properties":{}})", "event"},
          Case{R"({"event":"","properties":{}})", "event"},
          Case{R"({"event":"a"})", "properties"},
          Case{R"({"event":"a","properties":{"distinct_id":"x","$insert_id":"i"}})", "properties.time"},
          Case{R"({"event":"a","properties":{"time":"soon","distinct_id":"x","$insert_id":"i"}})",
               "properties.time"},
          Case{R"({"event":"a","properties":{"time":-5,"distinct_id":"x","$insert_id":"i"}})",
               "properties.time"},
          Case{R"({"event":"a","properties":{"time":1700000000,"$insert_id":"i"}})",
               "properties.distinct_id"},
          Case{R"({"event":"a","properties":{"time":1700000000,"distinct_id":"x"}})",
               "properties.$insert_id"},
          Case{
              R"({"event":"a","properties":{"time":1700000000,"distinct_id":"x","$insert_id":"0123456789012345678901234567890123456"}})",
              "properties.$insert_id"},
      }) {
    const auto batch = decode_events("[" + std::string(c.record) + "]", strict());
    ASSERT_TRUE(batch) << c.record;
    EXPECT_EQ(batch->events, 0U);
    ASSERT_EQ(batch->failed.size(), 1U) << c.record;
    EXPECT_EQ(batch->failed[0].field, c.field) << c.record;
  }
}

TEST(EventDecoder, TellsSecondsFromMillisecondsAndKnowsNoFuture) {
  EXPECT_EQ(read_event_time(1700000000), from_unix_ms(1700000000000));
  EXPECT_EQ(read_event_time(1700000000123), from_unix_ms(1700000000123));
  EXPECT_EQ(read_event_time(1700000000.25), from_unix_ms(1700000000250));
  EXPECT_FALSE(read_event_time(0));
  EXPECT_FALSE(read_event_time(1e300));
  const auto batch =
      decode_events(R"({"event":"a","properties":{"time":4000000000}})", {.project_id = "8", .now = kNow});
  EXPECT_THAT(batch->rows, HasSubstr("\"time\":1768910400000"));
}

TEST(EventDecoder, ReadsLinesAndGoesOnBehindABadOne) {
  const auto batch =
      decode_events("{\"event\":\"a\",\"properties\":{}}\nnonsense\n\n{\"event\":\"b\",\"properties\":{}}\n",
                    {.project_id = "8", .now = kNow});
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->events, 2U);
  ASSERT_EQ(batch->failed.size(), 1U);
  EXPECT_EQ(batch->failed[0].index, 1U);
  EXPECT_FALSE(decode_events("nonsense", strict()));
  EXPECT_FALSE(decode_events("", strict()));
}

TEST(EventDecoder, NotesWhoIsWho) {
  const auto batch = decode_events(
      R"([{"event":"$identify","properties":{"$identified_id":"ann","$anon_id":"dev"}},
          {"event":"$create_alias","properties":{"distinct_id":"ann","alias":"ann@example.com"}},
          {"event":"a","properties":{"$device_id":"d1","$user_id":"bob"}},
          {"event":"a","properties":{"$device_id":"d2"}}])",
      {.project_id = "8", .now = kNow});
  std::vector<std::string> links;
  for (const auto& link : batch->links) links.push_back(link.alias + " is " + link.person);
  EXPECT_THAT(links, ElementsAre("dev is ann", "ann@example.com is ann", "d1 is bob", "$device:d1 is bob"));
  EXPECT_THAT(batch->rows, HasSubstr(R"("distinct_id":"bob")"));
  EXPECT_THAT(batch->rows, HasSubstr(R"("distinct_id":"$device:d2")"));
}

TEST(Identity, TheFirstPersonStaysAndChainsLeadToTheEnd) {
  const auto resolve = [](const IdentityMap& known, const std::vector<IdentityLink>& links) {
    std::vector<std::string> rows;
    for (const auto& link : resolve_links(known, links)) rows.push_back(link.alias + ">" + link.person);
    return rows;
  };
  EXPECT_THAT(resolve({}, {{"8", "d", "ann"}, {"8", "d", "bob"}}), ElementsAre("d>ann"));
  EXPECT_THAT(resolve({{"d", "ann"}}, {{"8", "d", "bob"}}), ElementsAre());
  EXPECT_THAT(resolve({{"d", "tmp"}}, {{"8", "tmp", "ann"}}), ElementsAre("d>ann", "tmp>ann"));
  EXPECT_THAT(resolve({{"d", "ann"}}, {{"8", "e", "d"}}), ElementsAre("e>ann"));
  EXPECT_THAT(resolve({{"d", "ann"}}, {{"8", "ann", "d"}}), ElementsAre());
}

TEST(Identity, APersonHasABoundedNumberOfAliases) {
  std::vector<IdentityLink> links;
  for (std::size_t i = 0; i < 2 * kAliasesOfAPerson; ++i)
    links.push_back({"8", "d" + std::to_string(i), "ann"});
  EXPECT_EQ(resolve_links({}, links).size(), kAliasesOfAPerson);
}

TEST(Identity, AChainInReverseOrderCostsNoMoreThanOneInOrder) {
  // Each link renames the person of all before it. Within the bound all of them lead to the last.
  std::vector<IdentityLink> links;
  constexpr std::size_t kLinks = 200'000;
  for (std::size_t i = 0; i < kLinks; ++i)
    links.push_back({"8", "p" + std::to_string(i), "p" + std::to_string(i + 1)});
  const auto changed = resolve_links({}, links);
  EXPECT_LE(changed.size(), kLinks);
  std::map<std::string, std::size_t> aliases;
  for (const IdentityLink& link : changed) ++aliases[link.person];
  for (const auto& [person, count] : aliases) EXPECT_LE(count, kAliasesOfAPerson);
  EXPECT_EQ(changed.front().person, "p" + std::to_string(kAliasesOfAPerson));
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

std::string keys(std::size_t count) {
  std::string all = "{";
  for (std::size_t i = 0; i < count; ++i) all += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":1";
  return all + "}";
}

TEST(EventDecoder, RefusesAnEventOverALimitAndTakesTheOthers) {
  struct Case {
    const char* what;
    std::string property;
    bool taken;
  };
  const std::string long_text(256, 'x');
  for (const Case& c :
       {Case{"a plain one", R"("a":1)", true},
        {"16 levels", R"("a":)" + nested(16), true},
        {"17 levels", R"("a":)" + nested(17), false},
        {"1,005 levels", R"("a":)" + nested(1005), false},
        {"more levels than the parser takes", R"("a":)" + nested(3000), false},
        {"1,000 keys altogether", R"("a":)" + keys(999), true},
        {"1,001 keys altogether", R"("a":)" + keys(1000), false},
        {"keys of objects in an array", R"("a":[)" + keys(500) + "," + keys(500) + "]", false},
        {"a long name", "\"" + long_text + "\":1", false},
        {"a long name within", R"("a":{")" + long_text + "\":1}", false},
        {"a long id", R"("distinct_id":")" + long_text + "\"", false},
        {"a long device id", R"("$device_id":")" + long_text + "\"", false},
        {"a large number", R"("a":1e400)", false},
        {"a large number within", R"("a":[{"b":-1e400}])", false},
        {"an integer of 25 digits", R"("a":1234567890123456789012345)", false},
        {"more than a megabyte", R"("a":")" + std::string(1 << 20, 'x') + "\"", false}}) {
    const std::string event = R"({"event":"E","properties":{)" + c.property + "}}";
    const std::string good = R"({"event":"Good","properties":{"x":1}})";
    const EventSource source{.project_id = "8", .now = kNow};
    for (const std::string& body :
         {"[" + good + "," + event + " ,\n" + good + "]", good + "\n" + event + "\n" + good}) {
      const auto batch = decode_events(body, source);
      ASSERT_TRUE(batch) << c.what << ": " << batch.error();
      EXPECT_EQ(batch->events, c.taken ? 3U : 2U) << c.what;
      EXPECT_EQ(batch->failed.size(), c.taken ? 0U : 1U) << c.what;
      if (!c.taken && !batch->failed.empty()) {
        EXPECT_EQ(batch->failed[0].index, 1U);
        EXPECT_FALSE(batch->failed[0].message.empty());
      }
    }
    const auto alone = decode_events(event, source);
    ASSERT_TRUE(alone) << c.what;
    EXPECT_EQ(alone->events, c.taken ? 1U : 0U) << c.what;
  }
}

TEST(EventDecoder, TakesNothingOfABodyThatIsNotJson) {
  const std::string good = R"({"event":"Good","properties":{"x":1}})";
  for (const char* wrong :
       {R"({"event":"E","properties":{"a":01}})", R"({"event":"E","properties":{"a":1.}})",
        R"({"event":"E","properties":{"a":-}})", R"({"event":"E","properties":{"a":NaN}})",
        R"({"event":"E" "properties":{}})", R"({"event":"E")"}) {
    EXPECT_FALSE(decode_events("[" + good + "," + std::string(wrong) + "]", {.project_id = "8", .now = kNow}))
        << wrong;
  }
}

TEST(EventDecoder, ReadsALargeBodyAsASmallOne) {
  std::string body = "[";
  const std::string filler(5000, 'x');
  for (int i = 0; i < 1500; ++i)
    body += (i > 0 ? "," : "") + (R"({"event":"E","properties":{"n":)" + std::to_string(i)) + R"(,"t":"],{)" +
            filler + "\"}}";
  const auto batch = decode_events(body + "]", {.project_id = "8", .now = kNow});
  ASSERT_TRUE(batch) << batch.error();
  EXPECT_EQ(batch->events, 1500U);
  EXPECT_FALSE(decode_events(body, {.project_id = "8", .now = kNow})) << "without its end";
  EXPECT_FALSE(decode_events(body + "]x", {.project_id = "8", .now = kNow}));
}

}  // namespace
}  // namespace bellwether::ingestion
