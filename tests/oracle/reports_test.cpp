#include <fmt/format.h>
#include <gtest/gtest.h>

#include "oracle/loaded_shop.hpp"
#include "oracle/plain_reports.hpp"
#include "reports/report.hpp"
#include "reports/timeline.hpp"

namespace bellwether::testing {
namespace {

const Timestamp kNow = *parse_iso8601("2026-01-20T12:30:00Z");

bool near(const std::optional<double>& left, const std::optional<double>& right) {
  if (!left || !right) return left == right;
  return std::abs(*left - *right) <= 1e-9 * std::max(1.0, std::abs(*right));
}

std::string names(const auto& by_segment) {
  std::string text;
  for (const auto& [segment, values] : by_segment) text += "\n  \"" + reports::describe(segment) + "\"";
  return text;
}

std::string show(const std::vector<std::optional<double>>& values) {
  std::string text;
  for (const auto& value : values) text += value ? fmt::format("{} ", *value) : "- ";
  return text;
}

/// Random reports over random data, in zones ahead of and behind UTC.
class ReportOracleTest : public ::testing::Test {
 protected:
  using MakeReport = std::string (RandomShop::*)(const std::vector<std::string>&);

  void compare_all(MakeReport make, int reports, unsigned data_sets) {
    for (unsigned seed = 1; seed <= data_sets; ++seed) {
      RandomShop shop(seed, kNow, RandomShop::Lists::kPlain);
      project_ = std::to_string(seed);
      shop_.load(shop, project_);
      shop_.data().cohorts.clear();
      std::vector<std::string> names;
      for (int i = 0; i < 2; ++i) {
        names.push_back(fmt::format("cohort {}", i));
        shop_.data().cohorts[names.back()] = *cohorts::parse_definition(shop.definition({}));
      }
      for (int i = 0; i < reports; ++i) {
        text_ = (shop.*make)(names);
        const auto definition = reports::parse_definition(text_);
        ASSERT_TRUE(definition) << definition.error().describe() << "\n" << text_;
        zone_ = *calendar::TimeZone::find(i % 2 == 0 ? "America/New_York" : "Asia/Kolkata");
        bounds_ = *reports::resolve_bounds(definition->frame(), zone_, kNow);
        std::visit([this](const auto& one) { compare(one); }, definition->report);
        ASSERT_FALSE(HasFailure()) << "seed " << seed << ": " << text_;
      }
    }
  }

  std::size_t values_ = 0;  ///< that told something: more than nothing

 private:
  reports::Context context() {
    return {.engine = shop_.engine(),
            .project_id = project_,
            .zone = zone_,
            .now = kNow,
            .find_cohort = [this](const std::string& name) -> std::expected<cohorts::Source, std::string> {
              return shop_.data().cohorts.at(name);
            },
            .most_segments = 1000};
  }
  PlainFrame plain() { return {shop_.data(), kNow, zone_, bounds_}; }

  void compare(const reports::Insights& insights) {
    const auto table = reports::run_insights(context(), insights, bounds_);
    ASSERT_TRUE(table) << table.error().message;
    ASSERT_FALSE(table->truncated);
    for (const reports::Metric& metric : insights.metrics) {
      const PlainSeries expected = plain_metric(plain(), metric, insights.frame.breakdown);
      std::size_t found = 0;
      for (const reports::Series& series : table->series) {
        if (series.metric != metric.name) continue;
        const auto plain_series = expected.find(series.segment);
        if (plain_series == expected.end()) continue;  // another metric's segment
        ++found;
        for (std::size_t i = 0; i < series.values.size(); ++i) {
          ASSERT_TRUE(near(series.values[i], plain_series->second[i]))
              << metric.name << " of " << reports::describe(series.segment) << "\n"
              << show(series.values) << "\n"
              << show(plain_series->second);
          values_ += series.values[i] && *series.values[i] != 0 ? 1 : 0;
        }
      }
      for (const auto& [segment, values] : expected) {
        const bool is_there =
            std::ranges::any_of(table->series, [&](const auto& series) { return series.segment == segment; });
        ASSERT_TRUE(is_there) << "no series of " << reports::describe(segment);
      }
      ASSERT_EQ(found, expected.size());
    }
  }

  void compare(const reports::Funnel& funnel) {
    for (const bool with_times : {true, false}) {
      const auto table = reports::run_funnel(context(), funnel, bounds_, with_times);
      ASSERT_TRUE(table) << table.error().message;
      const auto expected = plain_funnel(plain(), funnel);
      std::size_t found = 0;
      for (const reports::FunnelSegment& segment : table->segments) {
        if (segment.segment.empty() && expected.empty()) continue;
        const auto plain_segment = expected.find(segment.segment);
        ASSERT_TRUE(plain_segment != expected.end())
            << "\"" << reports::describe(segment.segment) << "\" is none of" << names(expected);
        ++found;
        for (std::size_t i = 0; i < segment.buckets.size(); ++i)
          compare_steps(segment.buckets[i], plain_segment->second[i], with_times);
      }
      ASSERT_EQ(found, expected.size());
    }
  }

  void compare_steps(const reports::FunnelCounts& counts, const PlainFunnelBucket& expected,
                     bool with_times) {
    ASSERT_EQ(counts.counts, expected.counts);
    values_ += counts.counts[1];
    if (!with_times || counts.median_seconds.empty()) return;
    for (std::size_t step = 0; step < counts.counts.size(); ++step) {
      const auto median = expected.seconds[step].empty()
                              ? std::nullopt
                              : std::optional(plain_quantile(expected.seconds[step], 0.5));
      ASSERT_TRUE(near(counts.median_seconds[step], median)) << "step " << step;
    }
  }

  void compare(const reports::Retention& retention) {
    const auto table = reports::run_retention(context(), retention, bounds_);
    ASSERT_TRUE(table) << table.error().message;
    const auto expected = plain_retention(plain(), retention);
    std::size_t found = 0;
    for (const reports::RetentionSegment& segment : table->segments) {
      if (segment.segment.empty() && expected.empty()) continue;
      const auto plain_segment = expected.find(segment.segment);
      ASSERT_TRUE(plain_segment != expected.end())
          << "\"" << reports::describe(segment.segment) << "\" is none of" << names(expected);
      ++found;
      for (std::size_t i = 0; i < segment.buckets.size(); ++i) {
        const auto& counts = segment.buckets[i];
        ASSERT_EQ(counts.born, plain_segment->second[i].born);
        for (std::size_t period = 0; period < counts.retained.size(); ++period) {
          if (!counts.retained[period]) continue;
          ASSERT_EQ(*counts.retained[period], plain_segment->second[i].retained[period])
              << "period " << period;
          values_ += *counts.retained[period];
        }
      }
    }
    ASSERT_EQ(found, expected.size());
  }

  LoadedShop shop_{kNow};
  std::string project_;
  std::string text_;
  calendar::TimeZone zone_ = calendar::TimeZone::utc();
  std::vector<Timestamp> bounds_;
};

TEST_F(ReportOracleTest, InsightsEqualAPlainEvaluator) {
  compare_all(&RandomShop::insights, 25, 3);
  EXPECT_GT(values_, 500U);
}

TEST_F(ReportOracleTest, FunnelsEqualAPlainEvaluator) {
  compare_all(&RandomShop::funnel, 25, 3);
  EXPECT_GT(values_, 100U);
}

TEST_F(ReportOracleTest, RetentionEqualsAPlainEvaluator) {
  compare_all(&RandomShop::retention, 16, 3);
  EXPECT_GT(values_, 50U);
}

}  // namespace
}  // namespace bellwether::testing
