#include "alerts/evaluation.hpp"

#include <gtest/gtest.h>

#include "base/shorten.hpp"
#include "base/utf8.hpp"

namespace bellwether::alerts {
namespace {

using calendar::TimeZone;
using calendar::Unit;

Timestamp at(std::string_view text) {
  return *parse_iso8601(text);
}

struct DueCase {
  const char* judged_until;
  const char* now;
  std::size_t buckets;
  std::size_t skipped;
  const char* until;
};

class DueBuckets : public ::testing::TestWithParam<DueCase> {};

TEST_P(DueBuckets, AreThoseCompleteAndNotJudged) {
  const DueCase& one = GetParam();
  const Due due = due_buckets(Unit::kHour, TimeZone::utc(), at(one.judged_until), at(one.now),
                              std::chrono::minutes(5), 3);
  EXPECT_EQ(due.starts.size(), one.buckets);
  EXPECT_EQ(due.skipped, one.skipped);
  EXPECT_EQ(format_iso8601(due.until), format_iso8601(at(one.until)));
}

INSTANTIATE_TEST_SUITE_P(
    Table, DueBuckets,
    ::testing::Values(
        DueCase{"2026-02-06T10:00:00Z", "2026-02-06T11:04:59Z", 0, 0, "2026-02-06T10:00:00Z"},
        DueCase{"2026-02-06T10:00:00Z", "2026-02-06T11:05:00Z", 1, 0, "2026-02-06T11:00:00Z"},
        DueCase{"2026-02-06T11:00:00Z", "2026-02-06T11:59:00Z", 0, 0, "2026-02-06T11:00:00Z"},
        DueCase{"2026-02-06T10:00:00Z", "2026-02-06T13:30:00Z", 3, 0, "2026-02-06T13:00:00Z"},
        DueCase{"2026-02-06T10:00:00Z", "2026-02-06T20:30:00Z", 3, 7, "2026-02-06T20:00:00Z"},
        // A clock that was ahead for a moment, by little and by much, must not stop the alert.
        DueCase{"2026-02-06T12:00:00Z", "2026-02-06T11:30:00Z", 1, 0, "2026-02-06T11:00:00Z"},
        DueCase{"2026-02-07T11:00:00Z", "2026-02-06T11:30:00Z", 1, 0, "2026-02-06T11:00:00Z"},
        DueCase{"2028-02-06T11:00:00Z", "2026-02-06T11:30:00Z", 1, 0, "2026-02-06T11:00:00Z"},
        // A clock that is set back: it goes on when the time is reached again, at most a bucket later.
        DueCase{"2026-02-06T11:00:00Z", "2026-02-06T11:01:00Z", 0, 0, "2026-02-06T11:00:00Z"}));

reports::Definition definition(std::string_view text) {
  return *reports::parse_definition(text);
}

TEST(Misfit, TellsWhyAnAlertNoLongerFits) {
  const auto plain =
      definition(R"({"kind":"insights","metrics":[{"name":"Sales","event":"Buy"},{"event":"Visit"}]})");
  const auto renamed = definition(R"({"kind":"insights","metrics":[{"name":"Income","event":"Buy"}]})");
  const auto other = definition(R"({"kind":"insights","metrics":[{"name":"Sales","event":"Order"}]})");
  const auto cities = definition(
      R"({"kind":"insights","metrics":[{"name":"Sales","event":"Buy"}],"breakdown":{"properties":["city"]}})");
  const auto plans = definition(
      R"({"kind":"insights","metrics":[{"name":"Sales","event":"Buy"}],"breakdown":{"properties":["plan"]}})");
  const auto cohorts = definition(
      R"({"kind":"insights","metrics":[{"name":"Sales","event":"Buy"}],"breakdown":{"cohorts":["Old"]}})");
  const auto back = definition(R"({"kind":"retention","birth":{"event":"A"},"return":{"event":"B"}})");
  const Condition above;
  Watch watch{.metric = "Sales"};
  EXPECT_EQ(misfit(watch, above, plain), std::nullopt);
  EXPECT_EQ(watch.subject, "Buy");
  EXPECT_EQ(misfit(watch, above, renamed), "the report has no metric \"Sales\"; it has \"Income\"");
  EXPECT_EQ(misfit(watch, above, other), "\"Sales\" counts Order now, not Buy");
  EXPECT_EQ(misfit(watch, above, cities),
            "the report has a breakdown: the alert must watch one segment or any");
  EXPECT_EQ(misfit(watch, above, back),
            "a retention report has no values over time that an alert could watch");
  Watch berlin{.metric = "Sales", .scope = Watch::Scope::kSegment, .segment = {"Berlin"}};
  EXPECT_EQ(misfit(berlin, above, cities), std::nullopt);
  EXPECT_EQ(misfit(berlin, above, plans), "the report is broken down by plan now, not by city");
  EXPECT_EQ(misfit(berlin, above, plain), "the report has no breakdown, so there is no segment to watch");
  EXPECT_EQ(misfit(berlin, above, cohorts), "the report is not broken down by the cohort \"Berlin\"");
}

reports::SeriesTable table_of(std::vector<std::pair<const char*, std::vector<std::optional<double>>>> rows) {
  reports::SeriesTable table;
  for (std::size_t i = 0; i <= rows.front().second.size(); ++i)
    table.bounds.push_back(at("2026-02-01T00:00:00Z") + std::chrono::days(i));
  for (auto& [label, values] : rows) {
    reports::Segment segment;
    if (label != nullptr) segment.emplace_back(label);
    table.series.push_back({"Sales", {}, segment, std::move(values)});
  }
  return table;
}

TEST(Evaluate, LooksAtTheBucketThatIsJudged) {
  const auto table = table_of({{nullptr, {5, 20, 7}}});
  const Alert alert{.watch = {.metric = "Sales"}, .condition = {.threshold = 10}};
  EXPECT_FALSE(evaluate(alert, table, at("2026-02-01T00:00:00Z"), Unit::kDay, TimeZone::utc()));
  const auto firing = evaluate(alert, table, at("2026-02-02T00:00:00Z"), Unit::kDay, TimeZone::utc());
  ASSERT_TRUE(firing);
  EXPECT_EQ(firing->finding.value, 20);
  EXPECT_EQ(firing->bucket_end, at("2026-02-03T00:00:00Z"));
  EXPECT_EQ(sentence(alert, *firing), "above 10");
}

TEST(Evaluate, TakesTheWorstOfAnySegment) {
  const auto table = table_of({{"Bonn", {11}}, {"Ulm", {50}}, {"Kiel", {9}}, {"Jena", {12}}});
  Alert alert{.watch = {.metric = "Sales", .scope = Watch::Scope::kAny}, .condition = {.threshold = 10}};
  const Timestamp day = table.bounds[0];
  EXPECT_EQ(sentence(alert, *evaluate(alert, table, day, Unit::kDay, TimeZone::utc())),
            "above 10 in Ulm and 2 other segments");
  alert.watch = {.metric = "Sales", .scope = Watch::Scope::kSegment, .segment = {"Jena"}};
  EXPECT_EQ(sentence(alert, *evaluate(alert, table, day, Unit::kDay, TimeZone::utc())), "above 10 in Jena");
  alert.watch.segment = {"Kiel"};
  EXPECT_FALSE(evaluate(alert, table, day, Unit::kDay, TimeZone::utc()));
}

TEST(Evaluate, FindsAnomaliesByTheHistory) {
  std::vector<std::optional<double>> values;
  values.reserve(61);
  for (int i = 0; i < 60; ++i) values.emplace_back(1000 + 10 * (i % 3) - (i % 7 >= 5 ? 300 : 0));
  values.emplace_back(300);
  const auto table = table_of({{nullptr, values}});
  const Alert alert{.watch = {.metric = "Sales"},
                    .condition = {.kind = Condition::Kind::kAnomaly, .confidence = 0.99}};
  const auto firing = evaluate(alert, table, table.bounds[60], Unit::kDay, TimeZone::utc());
  ASSERT_TRUE(firing);
  EXPECT_FALSE(firing->finding.is_up);
  EXPECT_FALSE(evaluate(alert, table, table.bounds[59], Unit::kDay, TimeZone::utc()));
  EXPECT_FALSE(evaluate(alert, table, table.bounds[3], Unit::kDay, TimeZone::utc())) << "too little history";
}

TEST(Sentence, ShortensALongSegment) {
  std::string label;
  while (label.size() < (1U << 20U)) label += "é🙂";
  const auto table = table_of({{label.c_str(), {100.0}}});
  const Alert alert{.watch = {.metric = "Sales", .scope = Watch::Scope::kAny},
                    .condition = {.threshold = 10}};
  const std::string text =
      sentence(alert, *evaluate(alert, table, table.bounds[0], Unit::kDay, TimeZone::utc()));
  EXPECT_TRUE(text.starts_with("above 10 in é🙂é🙂")) << text;
  EXPECT_LE(count_characters(text), 220U);
  EXPECT_TRUE(is_utf8(text));
}

TEST(Release, IsNotHeldBackByANotificationThatIsStillToCome) {
  const Timestamp now = at("2026-02-02T12:00:00Z");
  struct Case {
    Millis ahead;
    Release expected;
  };
  for (const auto& [ahead, expected] :
       {Case{std::chrono::seconds(-10), Release::kHeldByFrequency},
        Case{std::chrono::seconds(10), Release::kHeldByFrequency},  // the clock was set back a little
        Case{std::chrono::minutes(2), Release::kNotify}, Case{std::chrono::days(1), Release::kNotify},
        Case{std::chrono::days(700), Release::kNotify}}) {
    const Alert alert{.frequency = std::chrono::hours(1), .notified_at = now + ahead};
    EXPECT_EQ(release(alert, now), expected) << ahead.count();
  }
}

TEST(Release, HoldsBackByFrequencyAndWindow) {
  Alert alert{.frequency = std::chrono::days(1)};
  const Timestamp monday = at("2026-02-02T12:00:00Z");
  EXPECT_EQ(release(alert, monday), Release::kNotify);
  alert.notified_at = monday - std::chrono::hours(23);
  EXPECT_EQ(release(alert, monday), Release::kHeldByFrequency);
  alert.notified_at = monday - std::chrono::hours(24);
  EXPECT_EQ(release(alert, monday), Release::kNotify);
  alert.windows = *parse_windows(R"({"windows":[{"start_day":5,"end_day":6}]})");
  EXPECT_EQ(release(alert, monday), Release::kHeldByWindow);
}

}  // namespace
}  // namespace bellwether::alerts
