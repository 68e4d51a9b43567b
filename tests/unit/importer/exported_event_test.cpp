#include "importer/exported_event.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace bellwether::importer {
namespace {

std::string complete(std::string_view line, std::uint64_t record = 1) {
  return complete_event(line, record, calendar::TimeZone::utc()).value_or("");
}

TEST(ExportedEvent, WhatIsCompleteStaysAsItIs) {
  for (const char* line :
       {R"({"event":"a","properties":{"time":1,"$insert_id":"x","big":123456789012345678901234567890}})",
        R"({ "properties" : { "$insert_id" : "x" , "time":1.5 } , "event":"a" })", "{}", R"({"event":"a"})",
        R"({"event":"a","properties":[]})", R"({"event":"a","properties":{"$insert_id":"x","time":"soon"}})"})
    EXPECT_EQ(complete(line), line);
}

TEST(ExportedEvent, AnEventWithoutAnInsertIdGetsTheSameOneEachTime) {
  const std::string line = R"({"event":"a","properties":{"time":1,"id":123456789012345678901234567890}})";
  const std::string id = made_insert_id(line, 7);
  EXPECT_EQ(
      complete(line, 7),
      fmt::format(
          R"({{"event":"a","properties":{{"$insert_id":"{}","time":1,"id":123456789012345678901234567890}}}})",
          id));
  EXPECT_EQ(complete(line, 7), complete(line, 7));
  EXPECT_NE(complete(line, 7), complete(line, 8));
  EXPECT_LE(id.size(), 36U) << "what /import takes";
  EXPECT_EQ(complete(R"({"event":"a","properties":{}})"),
            fmt::format(R"({{"event":"a","properties":{{"$insert_id":"{}"}}}})",
                        made_insert_id(R"({"event":"a","properties":{}})", 1)));
}

TEST(ExportedEvent, AnInsertIdSomewhereElseIsNone) {
  const std::string line = R"({"event":"a","properties":{"note":"\"$insert_id\"","in":{"$insert_id":"x"}}})";
  EXPECT_TRUE(complete(line).starts_with(R"({"event":"a","properties":{"$insert_id":")")) << complete(line);
}

TEST(ExportedEvent, ATimeThatIsTextBecomesMilliseconds) {
  struct Case {
    std::string time;
    std::string expected;
  };
  const std::vector<Case> cases{{R"("2026-11-20 10:00:00")", "1795168800000"},
                                {R"( "2026-11-20T10:00:00\u005a" )", " 1795168800000 "},
                                {R"("1795168800")", "1795168800000"},
                                {R"("")", R"("")"}};
  for (const auto& [time, expected] : cases) {
    const std::string line = R"({"event":"a","properties":{"x":1,"time":)" + time + R"(,"$insert_id":"x"}})";
    EXPECT_EQ(complete(line),
              R"({"event":"a","properties":{"x":1,"time":)" + expected + R"(,"$insert_id":"x"}})");
  }
}

TEST(ExportedEvent, AnEventOnSeveralLinesComesOnOne) {
  EXPECT_EQ(complete(" {\n\"event\":\r\n\"a\\n\",\n\"properties\":{\"$insert_id\":\"x\"}} \r"),
            R"({ "event":  "a\n", "properties":{"$insert_id":"x"}})");
  EXPECT_EQ(complete("{\"event\":\"a\nb\"}"), "") << "a line break within a string is not JSON";
}

TEST(ExportedEvent, TextThatIsNotUtf8IsAFault) {
  const auto event = complete_event("{\"event\":\"a\",\"properties\":{\"distinct_id\":\"M\xfcller\"}}", 1,
                                    calendar::TimeZone::utc());
  ASSERT_FALSE(event);
  EXPECT_NE(event.error().message.find("is not UTF-8; convert the file first"), std::string::npos);
}

TEST(ExportedEvent, TextThatIsNotOneObjectIsAFault) {
  for (const char* text :
       {"", "nonsense", "[1]", "5", "{", "{\"event\":", "}", "{}{}", "{},", "{\"a\":\"}", "{\"a\":[}"}) {
    const auto event = complete_event(text, 1, calendar::TimeZone::utc());
    ASSERT_FALSE(event) << text;
    EXPECT_TRUE(event.error().message.starts_with("it is not a JSON object"));
  }
}

}  // namespace
}  // namespace bellwether::importer
