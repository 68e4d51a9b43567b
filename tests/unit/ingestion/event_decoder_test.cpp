#include "ingestion/event_decoder.hpp"

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

}  // namespace
}  // namespace bellwether::ingestion
