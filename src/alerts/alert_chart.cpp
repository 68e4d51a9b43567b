#include "alerts/alert_chart.hpp"

#include <algorithm>

#include "base/shorten.hpp"
#include "charts/line_chart.hpp"

namespace bellwether::alerts {

AlertCourse course_to(const Alert& alert, const reports::SeriesTable& table, const Firing& firing,
                      calendar::Unit unit, const calendar::TimeZone& zone) {
  AlertCourse course{
      .name = shorten(reports::describe(firing.segment, alert.watch.metric), kReadableCharacters),
      .condition = alert.condition,
      .format = firing.format,
      .unit = unit,
      .zone = zone};
  const auto series = std::ranges::find_if(table.series, [&](const reports::Series& one) {
    return one.metric == alert.watch.metric && one.segment == firing.segment;
  });
  if (series == table.series.end()) return course;
  const std::ptrdiff_t last = std::ranges::lower_bound(table.bounds, firing.bucket) - table.bounds.begin();
  for (std::ptrdiff_t i = std::max<std::ptrdiff_t>(0, last + 1 - static_cast<std::ptrdiff_t>(kMailedBuckets));
       i <= last; ++i) {
    const auto index = static_cast<std::size_t>(i);
    AlertCourse::Bucket bucket{.start = table.bounds[index],
                               .observation = observe(alert.condition, table, *series, index, unit, zone)};
    bucket.fires = judge(alert.condition, bucket.observation).has_value();
    course.buckets.push_back(bucket);
  }
  return course;
}

Markup draw(const AlertCourse& course) {
  charts::LineChart chart{.title = course.name, .lines = {{course.name, {}}}, .format = [&](double value) {
                            return reports::format_value(value, course.format);
                          }};
  for (const AlertCourse::Bucket& bucket : course.buckets) {
    const Observation& seen = bucket.observation;
    if (bucket.fires) chart.marks.push_back(chart.labels.size());
    chart.labels.push_back(calendar::label(course.unit, bucket.start, course.zone));
    chart.lines.front().values.push_back(seen.value);
    chart.lower.push_back(seen.has_band ? std::optional(seen.lower) : std::nullopt);
    chart.upper.push_back(seen.has_band ? std::optional(seen.upper) : std::nullopt);
  }
  using Kind = Condition::Kind;
  if (course.condition.kind == Kind::kAbove || course.condition.kind == Kind::kBelow)
    chart.levels.push_back({course.condition.threshold, chart.format(course.condition.threshold)});
  return charts::draw(chart);
}

}  // namespace bellwether::alerts
