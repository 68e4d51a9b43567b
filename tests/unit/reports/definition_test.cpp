#include <fmt/format.h>
#include <gtest/gtest.h>

#include "reports/timeline.hpp"

namespace bellwether::reports {
namespace {

std::string error_of(const std::string& text) {
  const auto definition = parse_definition(text);
  return definition ? "" : definition.error().describe();
}

std::string insights(const std::string& rest) {
  return fmt::format(R"({{"kind":"insights","metrics":[{{"event":"Buy"}}]{}}})", rest);
}

TEST(ReportDefinition, SaysWhatIsWrongAndWhere) {
  const std::vector<std::pair<std::string, const char*>> cases{
      {"[]", "must be an object"},
      {"{}", "kind: is missing"},
      {R"({"kind":"flow"})",
       "kind: must be one of \"insights\", \"funnels\", \"retention\", \"segmentation\""},
      {R"({"kind":"insights"})", "metrics: is missing"},
      {R"({"kind":"insights","metrics":[]})", "metrics: must not be empty"},
      {R"({"kind":"insights","metrics":[{"event":"Buy","measure":"sum"}]})",
       "metrics[0].property: is missing"},
      {R"({"kind":"insights","metrics":[{"event":"Buy","property":"x"}]})",
       "metrics[0].property: is only for measures of a property, such as sum"},
      {R"({"kind":"insights","metrics":[{"event":"A"},{"event":"A"}]})",
       "metrics[1]: there is a \"A\" already: give this one a name of its own"},
      {R"({"kind":"insights","unit":"hour","metrics":[{"event":"A","measure":"wau"}]})",
       "metrics[0].measure: dau, wau and mau need the unit day, week or month"},
      {insights(R"(,"formulas":[{"expression":"A / B"}])"),
       "formulas[0].expression: there is no metric B; the report has 1"},
      {insights(R"(,"breakdown":{})"), "breakdown: must have either properties or cohorts"},
      {insights(R"(,"breakdown":{"properties":["a","b","c"]})"),
       "breakdown.properties: must not hold more than 2 items"},
      {insights(R"(,"breakdown":{"properties":["a","a"]})"), "breakdown.properties[1]: is there already"},
      {insights(R"(,"range":{"last":"30d","from":"2026-01-01"})"),
       "range: takes either last, or from and to"},
      {insights(R"(,"rolling":0)"), "rolling: must be a whole number from 1 to 365"},
      {R"({"kind":"insights","metrics":[{"event":"A","format":"euro"}]})",
       "metrics[0].format: must be \"number\", \"percent\", \"duration\" or \"currency:EUR\""},
      {R"({"kind":"funnels","steps":[{"event":"A"}]})", ""},
      {R"({"kind":"funnels","order":"any_order","exclude":[],"steps":[{"event":"A"},{"event":"B"}]})",
       "exclude: is only for steps in order"},
      {R"({"kind":"funnels","steps":[{"event":"A"},{"event":"B"}],"exclude":[{"event":"C","after":2}]})",
       "exclude[0].after: must be a whole number from 1 to 1"},
      {R"({"kind":"retention","unit":"hour","birth":{"event":"A"},"return":{"event":"B"}})",
       "unit: must be day, week or month"},
      {R"({"kind":"segmentation","event":"A"})", "by: is missing"}};
  for (const auto& [text, message] : cases) {
    if (std::string(message).empty()) {
      EXPECT_NE(error_of(text), "") << text;
    } else {
      EXPECT_EQ(error_of(text), message) << text;
    }
  }
}

struct RangeCase {
  const char* unit;
  const char* range;
  const char* zone;
  const char* first;
  const char* end;
  std::size_t buckets;
};

class ReportRange : public ::testing::TestWithParam<RangeCase> {};

TEST_P(ReportRange, BecomesBucketsOfTheProjectsZone) {
  const RangeCase& one = GetParam();
  const auto definition =
      parse_definition(insights(fmt::format(R"(,"unit":"{}","range":{})", one.unit, one.range)));
  ASSERT_TRUE(definition) << definition.error().describe();
  const Timestamp now = *parse_iso8601("2026-03-30T12:30:00Z");
  const auto bounds = resolve_bounds(definition->frame(), *calendar::TimeZone::find(one.zone), now);
  ASSERT_TRUE(bounds) << bounds.error();
  EXPECT_EQ(format_iso8601(bounds->front()), format_iso8601(*parse_iso8601(one.first)));
  EXPECT_EQ(format_iso8601(bounds->back()), format_iso8601(*parse_iso8601(one.end)));
  EXPECT_EQ(bounds->size() - 1, one.buckets);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ReportRange,
    ::testing::Values(
        // The bucket that is going on counts; the clock changed on the 29th.
        RangeCase{"day", R"({"last":"2d"})", "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-30T22:00:00Z",
                  2},
        RangeCase{"day", R"({"last":"2d"})", "UTC", "2026-03-29T00:00:00Z", "2026-03-31T00:00:00Z", 2},
        RangeCase{"hour", R"({"last":"24h"})", "UTC", "2026-03-29T13:00:00Z", "2026-03-30T13:00:00Z", 24},
        RangeCase{"week", R"({"last":"14d"})", "UTC", "2026-03-23T00:00:00Z", "2026-04-06T00:00:00Z", 2},
        RangeCase{"day", R"({"from":"2026-03-28","to":"2026-03-30"})", "Europe/Berlin",
                  "2026-03-27T23:00:00Z", "2026-03-29T22:00:00Z", 2},
        RangeCase{"day", R"({"from":"2026-03-28T05:00:00Z"})", "UTC", "2026-03-28T00:00:00Z",
                  "2026-03-31T00:00:00Z", 3}));

TEST(ReportRange, RefusesTooManyBuckets) {
  const auto definition = parse_definition(insights(R"(,"unit":"minute","range":{"last":"30d"})"));
  const auto bounds =
      resolve_bounds(definition->frame(), calendar::TimeZone::utc(), from_unix_ms(1'800'000'000'000));
  EXPECT_EQ(
      bounds.error(),
      "the range has 43200 buckets of a minute, at most 5000 are allowed: choose a longer unit or a shorter "
      "range");
  const auto empty = parse_definition(insights(R"(,"range":{"from":"2030-01-01"})"));
  EXPECT_EQ(resolve_bounds(empty->frame(), calendar::TimeZone::utc(), from_unix_ms(0)).error(),
            "the range is empty: it ends before it begins");
}

}  // namespace
}  // namespace bellwether::reports
