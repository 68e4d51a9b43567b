#include "oracle/plain_reports.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "oracle/plain_events.hpp"

namespace bellwether::testing {

namespace {

namespace json = boost::json;
using reports::Measure;

struct Row {
  std::string person;
  std::optional<double> number;
  std::optional<std::string> identity;
};

std::optional<double> aggregate(const std::vector<Row>& rows, Measure measure) {
  std::set<std::string> people;
  std::set<std::string> identities;
  std::vector<double> numbers;
  for (const Row& row : rows) {
    people.insert(row.person);
    if (row.number) numbers.push_back(*row.number);
    if (row.identity) identities.insert(*row.identity);
  }
  double sum = 0;
  for (const double number : numbers) sum += number;
  const auto per_person = [&](double whole) -> std::optional<double> {
    return people.empty() ? std::nullopt : std::optional(whole / static_cast<double>(people.size()));
  };
  const auto quantile = [&](double level) -> std::optional<double> {
    return numbers.empty() ? std::nullopt : std::optional(plain_quantile(numbers, level));
  };
  switch (measure) {
    case Measure::kTotal:
      return static_cast<double>(rows.size());
    case Measure::kTotalPerUser:
      return per_person(static_cast<double>(rows.size()));
    case Measure::kSum:
      return sum;
    case Measure::kSumPerUser:
      return per_person(sum);
    case Measure::kAverage:
      return numbers.empty() ? std::nullopt : std::optional(sum / static_cast<double>(numbers.size()));
    case Measure::kMedian:
      return quantile(0.5);
    case Measure::kP90:
      return quantile(0.9);
    case Measure::kP95:
      return quantile(0.95);
    case Measure::kP99:
      return quantile(0.99);
    case Measure::kMin:
      return quantile(0);
    case Measure::kMax:
      return quantile(1);
    case Measure::kDistinct:
      return static_cast<double>(identities.size());
    default:
      return static_cast<double>(people.size());
  }
}

/// The start of the time that counts for a bucket: its own, or that of the window that ends with it.
Timestamp opens(const PlainFrame& frame, Measure measure, std::size_t bucket) {
  const int days = measure == Measure::kDailyActive     ? 1
                   : measure == Measure::kWeeklyActive  ? 7
                   : measure == Measure::kMonthlyActive ? 30
                                                        : 0;
  if (days == 0) return frame.bounds[bucket];
  const auto last = frame.zone.local(frame.bounds[bucket + 1] - Millis(1)).day_number;
  return frame.zone.day_start(last - days + 1);
}

}  // namespace

double plain_quantile(std::vector<double> values, double level) {
  std::ranges::sort(values);
  const double at = level * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const double above = values[std::min(below + 1, values.size() - 1)];
  return values[below] + (at - static_cast<double>(below)) * (above - values[below]);
}

PlainSeries plain_metric(const PlainFrame& frame, const reports::Metric& metric,
                         const reports::Breakdown& by) {
  const std::size_t buckets = frame.bounds.size() - 1;
  std::map<PlainSegment, std::map<std::size_t, std::vector<Row>>> rows;
  for (const PlainEvent& event : frame.data.events) {
    if (!matches(event, metric.selection, frame.now)) continue;
    const json::value* value = event.properties.if_contains(metric.property);
    Row row{event.person, std::nullopt, std::nullopt};
    if (value != nullptr && value->is_number()) row.number = value->to_number<double>();
    if (value != nullptr && !value->is_null() && !value->is_object()) row.identity = json::serialize(*value);
    for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
      if (event.time < opens(frame, metric.measure, bucket) || event.time >= frame.bounds[bucket + 1])
        continue;
      for (const auto& segment : segments_of(frame, labels_of(event, by), event.person, by))
        rows[segment][bucket].push_back(row);
    }
  }
  PlainSeries series;
  for (const auto& [segment, by_bucket] : rows) {
    auto& values = series[segment];
    for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
      const auto found = by_bucket.find(bucket);
      values.push_back(found == by_bucket.end()
                           ? (reports::is_count(metric.measure) ? std::optional(0.0) : std::nullopt)
                           : aggregate(found->second, metric.measure));
    }
  }
  return series;
}

std::map<PlainSegment, std::vector<PlainRetentionBucket>> plain_retention(
    const PlainFrame& frame, const reports::Retention& retention) {
  struct Person {
    std::optional<Timestamp> born;
    PlainSegment segment;
    std::vector<Timestamp> back;
  };
  std::map<std::string, Person> people;
  for (const PlainEvent& event : frame.data.events) {
    if (event.time < frame.bounds.front()) continue;
    Person& person = people[event.person];
    if (event.time < frame.bounds.back() && matches(event, retention.birth, frame.now)) {
      const PlainSegment labels = labels_of(event, retention.frame.breakdown);
      const bool better = !person.born || event.time < *person.born ||
                          (event.time == *person.born && as_text(labels) < as_text(person.segment));
      if (better) person.segment = labels;
      if (better) person.born = event.time;
    }
    if (matches(event, retention.comeback, frame.now)) person.back.push_back(event.time);
  }
  std::map<PlainSegment, std::vector<PlainRetentionBucket>> result;
  for (const auto& [name, person] : people) {
    if (!person.born) continue;
    std::set<std::int64_t> periods;
    for (const Timestamp back : person.back) {
      if (back <= *person.born) continue;
      if (retention.rolling) {
        const int days = retention.frame.unit == calendar::Unit::kWeek    ? 7
                         : retention.frame.unit == calendar::Unit::kMonth ? 30
                                                                          : 1;
        periods.insert((back - *person.born) / Millis(std::chrono::days(days)));
        continue;
      }
      std::int64_t period = 0;
      Timestamp end = calendar::next_bucket(
          retention.frame.unit, calendar::bucket_start(retention.frame.unit, *person.born, frame.zone),
          frame.zone);
      for (; back >= end; ++period) end = calendar::next_bucket(retention.frame.unit, end, frame.zone);
      periods.insert(period);
    }
    for (const auto& segment : segments_of(frame, person.segment, name, retention.frame.breakdown)) {
      auto& all = result[segment];
      all.resize(frame.bounds.size() - 1, {0, std::vector<std::uint64_t>(retention.periods + 1)});
      PlainRetentionBucket& bucket = all[*bucket_of(frame.bounds, *person.born)];
      ++bucket.born;
      for (std::size_t i = 0; i <= retention.periods; ++i) {
        const auto period = static_cast<std::int64_t>(i);
        if (retention.or_after ? !periods.empty() && *periods.rbegin() >= period : periods.contains(period))
          ++bucket.retained[i];
      }
    }
  }
  return result;
}

}  // namespace bellwether::testing
