#include "ingestion/event_decoder.hpp"

#include <map>

#include <fmt/format.h>
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
    ASSERT_EQ(batch->rejected.size(), 1U) << c.record;
    EXPECT_EQ(batch->rejected[0].field, c.field) << c.record;
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
  ASSERT_EQ(batch->rejected.size(), 1U);
  EXPECT_EQ(batch->rejected[0].index, 1U);
  EXPECT_FALSE(decode_events("nonsense", strict()));
  EXPECT_FALSE(decode_events("", strict()));
}

TEST(EventDecoder, NotesWhoIsWho) {
  const auto batch = decode_events(
      R"([{"event":"$identify","properties":{"$identified_id":"ann","$anon_id":"dev"}},
          {"event":"$create_alias","properties":{"distinct_id":"ann","alias":"ann@example.com"}},
          {"event":"a","properties":{"$device_id":"d1","$user_id":"bob"}},
          {"event":"a","properties":{"$device_id":"d2"}},
          {"event":"$identify","properties":{"distinct_id":"cy","$anon_distinct_id":"$device:d3","$device_id":"d3","$user_id":"cy"}}])",
      {.project_id = "8", .now = kNow});
  std::vector<std::string> links;
  for (const auto& link : batch->links) links.push_back(link.alias + " is " + link.person);
  EXPECT_THAT(links, ElementsAre("dev is ann", "ann@example.com is ann", "d1 is bob", "$device:d1 is bob",
                                 "$device:d3 is cy", "d3 is cy", "$device:d3 is cy"));
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
  links.reserve(2 * kAliasesOfAPerson);
  for (std::size_t i = 0; i < 2 * kAliasesOfAPerson; ++i)
    links.push_back({"8", "d" + std::to_string(i), "ann"});
  EXPECT_EQ(resolve_links({}, links).size(), kAliasesOfAPerson);
}

TEST(Identity, AChainInReverseOrderCostsNoMoreThanOneInOrder) {
  // Each link renames the person of all before it. Within the bound all of them lead to the last.
  std::vector<IdentityLink> links;
  constexpr std::size_t kLinks = 200'000;
  links.reserve(kLinks);
  for (std::size_t i = 0; i < kLinks; ++i)
    links.push_back({"8", fmt::format("p{}", i), fmt::format("p{}", i + 1)});
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
        {"a large number", R"("a":1e400)", true},
        {"a large number within", R"("a":[{"b":-1e400}])", true},
        {"an integer of 25 digits", R"("a":1234567890123456789012345)", true},
        {"more than a megabyte", R"("a":")" + std::string(1 << 20, 'x') + "\"", false}}) {
    const std::string event = R"({"event":"E","properties":{)" + c.property + "}}";
    const std::string good = R"({"event":"Good","properties":{"x":1}})";
    const EventSource source{.project_id = "8", .now = kNow};
    for (const std::string& body :
         {fmt::format("[{0},{1} ,\n{0}]", good, event), fmt::format("{0}\n{1}\n{0}", good, event)}) {
      const auto batch = decode_events(body, source);
      ASSERT_TRUE(batch) << c.what << ": " << batch.error();
      EXPECT_EQ(batch->events, c.taken ? 3U : 2U) << c.what;
      EXPECT_EQ(batch->rejected.size(), c.taken ? 0U : 1U) << c.what;
      if (!c.taken && !batch->rejected.empty()) {
        EXPECT_EQ(batch->rejected[0].index, 1U);
        EXPECT_FALSE(batch->rejected[0].message.empty());
      }
    }
    const auto alone = decode_events(event, source);
    ASSERT_TRUE(alone) << c.what;
    EXPECT_EQ(alone->events, c.taken ? 1U : 0U) << c.what;
  }
}

TEST(EventDecoder, ARecordThatIsNotJsonCostsNoOther) {
  const std::string good = R"({"event":"Good","properties":{"x":1}})";
  for (const char* wrong : {R"({"event":"E","properties":{"a":01}})",
                            R"({"event":"E","properties":{"a":1.}})", R"({"event":"E","properties":{"a":-}})",
                            R"({"event":"E" "properties":{}})", R"({"event":"E","properties":{"a":"\x"}})",
                            "{\"event\":\"E\",\"properties\":{\"a\":\"\t\"}}", R"({"event":"E")"}) {
    const auto batch =
        decode_events("[" + good + "," + std::string(wrong) + "]", {.project_id = "8", .now = kNow});
    ASSERT_TRUE(batch) << wrong;
    EXPECT_EQ(batch->events, 1U) << wrong;
    ASSERT_EQ(batch->rejected.size(), 1U) << wrong;
    EXPECT_EQ(batch->rejected[0].reason, Reason::kJson) << wrong;
    EXPECT_FALSE(decode_events(wrong, {.project_id = "8", .now = kNow})) << wrong;
  }
  const auto cut = decode_events("[" + good + "," + good.substr(0, 20), {.project_id = "8", .now = kNow});
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->events, 1U);
  EXPECT_EQ(cut->rejected.size(), 1U);
  const auto lines =
      decode_events(good.substr(0, 20) + "\n" + good + "\n" + good, {.project_id = "8", .now = kNow});
  ASSERT_TRUE(lines);
  EXPECT_EQ(lines->events, 2U);
}

/// A value that no parser takes, beside a good one in the same event, which stands between two others.
TEST(EventDecoder, AValueThatNoParserTakesCostsNothingElse) {
  struct Case {
    std::string sent;
    std::string kept;
    std::size_t repaired = 1;
  };
  const std::string surrogates = "\xed\xa0\xbc\xed\xbe\x89";  // an emoji as mixpanel-browser's base64 has it
  for (const Case& c : {
           Case{"\"" + surrogates + "\"", "\"🎉\"", 0},
           Case{"\"a\xed\xa0\xbc\"", "\"a\xef\xbf\xbd\""},
           Case{"\"a\xff\xfe-\"", "\"a\xef\xbf\xbd-\""},
           Case{R"("\ud83d")", "\"\xef\xbf\xbd\""},
           Case{R"(["\ude00","\ud83d\ude00"])", "[\"\xef\xbf\xbd\",\"😀\"]"},
           Case{"NaN", ""},
           Case{"-Infinity", ""},
           Case{"1e400", ""},
           Case{"[NaN,1]", "[null,1]"},
           Case{R"({"b":Infinity,"c":1})", R"({"c":1})"},
           Case{R"({"b":1,"c":inf})", R"({"b":1})"},
           Case{"18446744073709551616", "1.8446744073709552e+19"},
       }) {
    const std::string good = R"({"event":"Good","properties":{"x":1}})";
    const std::string event = R"({"event":"E","properties":{"a":)" + c.sent + R"(, "z":2}})";
    const auto batch =
        decode_events(fmt::format("[{0},{1},{0}]", good, event), {.project_id = "8", .now = kNow});
    ASSERT_TRUE(batch) << c.sent << batch.error();
    EXPECT_EQ(batch->events, 3U) << c.sent;
    EXPECT_EQ(batch->rejected.size(), 0U) << c.sent;
    EXPECT_EQ(batch->repaired.size(), c.repaired) << c.sent;
    const std::string kept =
        c.kept.empty() ? R"("properties":{"z":2})" : R"("properties":{"a":)" + c.kept + ",\"z\":2}";
    EXPECT_THAT(batch->rows, HasSubstr(kept)) << c.sent;
  }
  const auto ids = decode_events(
      R"([{"event":"E","properties":{"distinct_id":123456789012345678901234567890,"b":NaN}},{"event":"E","properties":{"distinct_id":12.5}}])",
      {.project_id = "8", .now = kNow});
  ASSERT_TRUE(ids);
  EXPECT_THAT(ids->rows, HasSubstr(R"("distinct_id":"123456789012345678901234567890")"));
  EXPECT_THAT(ids->rows, HasSubstr(R"("distinct_id":"12.5")"));
}

TEST(EventDecoder, AnIdThatMeansNobodyIsRefusedStrictlyAndNobodyElsewhere) {
  for (const char* id : {"undefined", "null", "None", "anonymous", "0", "-1", "true", "[]", "{}", "<nil>",
                         "n/a", "00000000-0000-0000-0000-000000000000"}) {
    const std::string event =
        R"({"event":"E","properties":{"time":1700000000,"$insert_id":"i","distinct_id":")" + std::string(id) +
        "\"}}";
    const auto refused = decode_events(event, strict());
    ASSERT_TRUE(refused);
    ASSERT_EQ(refused->rejected.size(), 1U) << id;
    EXPECT_EQ(refused->rejected[0].field, "properties.distinct_id");
    const auto taken = decode_events(event, {.project_id = "8", .now = kNow});
    EXPECT_THAT(taken->rows, HasSubstr(R"("distinct_id":"")")) << id;
    const auto device = decode_events(
        R"({"event":"E","properties":{"$device_id":"d1","$user_id":")" + std::string(id) + "\"}}",
        {.project_id = "8", .now = kNow});
    EXPECT_THAT(device->rows, HasSubstr(R"("distinct_id":"$device:d1")")) << id;
    EXPECT_TRUE(device->links.empty()) << id;
  }
  const auto empty = decode_events(
      R"({"event":"E","properties":{"time":1700000000,"$insert_id":"i","distinct_id":""}})", strict());
  EXPECT_EQ(empty->events, 1U) << "an empty id says that nobody did it";
}

TEST(EventDecoder, AnIdThatWasLeftOutIsListed) {
  struct Case {
    std::string properties;
    std::string field;
    std::string message;
  };
  for (const Case& c :
       {Case{R"("distinct_id":"undefined")", "properties.distinct_id", "\"undefined\" is nobody's id"},
        Case{R"("distinct_id":["a"])", "properties.distinct_id", "is not a string"},
        Case{R"("distinct_id":true)", "properties.distinct_id", "is not a string"},
        Case{"\"distinct_id\":\"M\xffller\"", "properties.distinct_id", "a part of it cannot be read"},
        Case{R"("$device_id":"\ud83d")", "properties.$device_id", "a part of it cannot be read"},
        Case{R"("distinct_id":"ann","$user_id":"null")", "properties.$user_id", "nobody's id"}}) {
    const std::string event =
        R"({"event":"E","properties":{"time":1700000000,"$insert_id":"i",)" + c.properties + "}}";
    const auto batch = decode_events(event, {.project_id = "8", .now = kNow});
    ASSERT_TRUE(batch) << event;
    EXPECT_EQ(batch->events, 1U) << event;
    ASSERT_EQ(batch->repaired.size(), 1U) << event;
    EXPECT_EQ(batch->repaired[0].field, c.field);
    EXPECT_THAT(batch->repaired[0].message, HasSubstr(c.message));
    EXPECT_EQ(decode_events(event, strict())->events, 0U) << event;
  }
  EXPECT_TRUE(
      decode_events(R"({"event":"E","properties":{"distinct_id":null}})", {.project_id = "8", .now = kNow})
          ->repaired.empty());
}

TEST(EventDecoder, ATimeThatIsNullIsNowAndDigitsInQuotesAreATime) {
  const auto time_of = [](const std::string& time) {
    const auto batch = decode_events(R"({"event":"E","properties":{"time":)" + time + "}}",
                                     {.project_id = "8", .now = kNow});
    return batch && batch->events == 1 ? batch->rows.substr(batch->rows.find("\"time\":") + 7, 13)
                                       : "refused";
  };
  EXPECT_EQ(time_of("null"), std::to_string(to_unix_ms(kNow)));
  EXPECT_EQ(time_of("\"1700000000\""), "1700000000000");
  EXPECT_EQ(time_of("\"soon\""), "refused");
}

TEST(EventDecoder, AReactNativeEventIsNamedByItsMetadata) {
  const auto batch =
      decode_events(R"({"event":"E","properties":{"a":1},"$mp_metadata":{"$mp_event_id":"2f01"}})",
                    {.project_id = "8", .now = kNow});
  EXPECT_THAT(batch->rows, HasSubstr(R"("insert_id":"2f01")"));
  const auto both = decode_events(
      R"({"event":"E","properties":{"$insert_id":"own"},"$mp_metadata":{"$mp_event_id":"2f01"}})",
      {.project_id = "8", .now = kNow});
  EXPECT_THAT(both->rows, HasSubstr(R"("insert_id":"own")"));
}

TEST(EventDecoder, StrictLimitsAreMixpanels) {
  struct Case {
    std::string property;
    bool taken;
  };
  const auto list = [](int count) {
    std::string all = "[0";
    for (int i = 1; i < count; ++i) all += ",0";
    return all + "]";
  };
  for (const Case& c : {Case{R"("a":)" + nested(3), true}, Case{R"("a":)" + nested(4), false},
                        Case{R"("a":)" + list(255), true}, Case{R"("a":)" + list(256), false},
                        Case{R"("$insert_id":"a_b")", false}, Case{R"("$insert_id":"null")", false},
                        Case{R"("time":1768914000)", true}, Case{R"("time":1768914001)", false}}) {
    const std::string event =
        R"({"event":"E","properties":{"time":1700000000,"$insert_id":"i","distinct_id":"ann",)" + c.property +
        "}}";
    EXPECT_EQ(decode_events(event, strict())->events, c.taken ? 1U : 0U) << c.property;
    EXPECT_EQ(decode_events(event, {.project_id = "8", .now = kNow})->events, 1U) << c.property;
  }
}

TEST(EventDecoder, SaysWhoseEventWasRefused) {
  const EventSource source{.project_of_token =
                               [](std::string_view token) {
                                 return token == "t" ? std::optional<std::string>("8") : std::nullopt;
                               },
                           .now = kNow};
  const auto batch = decode_events(
      R"([{"event":"","properties":{"token":"t"}},{"event":"E","properties":{"token":"u"}},{"event":"E","properties":{"token":"t","a":NaN}}])",
      source);
  ASSERT_TRUE(batch);
  ASSERT_EQ(batch->rejected.size(), 2U);
  EXPECT_EQ(batch->rejected[0].project_id, "8");
  EXPECT_EQ(batch->rejected[0].record, R"({"event":"","properties":{"token":"t"}})");
  EXPECT_EQ(batch->rejected[1].project_id, "");
  EXPECT_EQ(batch->rejected[1].reason, Reason::kToken);
  ASSERT_EQ(batch->repaired.size(), 1U);
  EXPECT_EQ(batch->repaired[0].index, 2U);
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
  for (const auto& broken : {body, body + "]x"}) {
    const auto taken = decode_events(broken, {.project_id = "8", .now = kNow});
    ASSERT_TRUE(taken);
    EXPECT_GE(taken->events, 1499U);
    EXPECT_EQ(taken->rejected.size(), 1U);
  }
}

}  // namespace
}  // namespace bellwether::ingestion
