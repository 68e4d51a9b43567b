#include "publisher/pages/report_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/utf8.hpp"
#include "publisher/pages/page.hpp"

namespace bellwether::publisher {
namespace {

using ::testing::HasSubstr;

TEST(ReportPageTest, StaysSmallWithLongLabels) {
  const Timestamp day = *parse_iso8601("2026-02-06");
  reports::SeriesTable table;
  for (int i = 0; i <= 100; ++i) table.bounds.push_back(day + std::chrono::days(i));
  for (int i = 0; i < 50; ++i) {
    reports::Series series{
        .metric = "Sales", .format = {}, .segment = {std::to_string(i) + "<b>"}, .values = {}};
    while (series.segment[0]->size() < (1U << 20U)) *series.segment[0] += "é🙂&";
    series.values.assign(100, 5.0);
    table.series.push_back(std::move(series));
  }
  const registry::Report stored{.id = 1, .name = "By text"};
  const registry::Project project{.id = "8", .name = "Shop"};
  const auto definition = reports::parse_definition(
      R"({"kind":"insights","unit":"day","range":{"last":"100d"},"metrics":[{"name":"Sales","event":"Buy"}],
          "breakdown":{"properties":["text"]}})");
  ASSERT_TRUE(definition);
  const reports::Report result{.result = table, .complete_until = day};
  const std::string page =
      render({stored, project, *definition, result, calendar::TimeZone::utc(), {}, nullptr}).text();
  EXPECT_LT(page.size(), 1U << 20U);
  EXPECT_TRUE(is_utf8(page));
  EXPECT_THAT(page, HasSubstr("0&lt;b&gt;é🙂&amp;"));
}

TEST(Readable, HasMoreInItsTitle) {
  EXPECT_EQ(readable("a & b").text(), "a &amp; b");
  EXPECT_EQ(readable(std::string(300, 'x')).text(),
            "<span title=\"" + std::string(300, 'x') + "\">" + std::string(199, 'x') + "…</span>");
  EXPECT_EQ(readable(std::string(5000, 'x')).text(),
            "<span title=\"" + std::string(999, 'x') + "…\">" + std::string(199, 'x') + "…</span>");
}

}  // namespace
}  // namespace bellwether::publisher
