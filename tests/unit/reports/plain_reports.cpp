#include "unit/reports/plain_reports.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include <fmt/format.h>

namespace bellwether::testing {

namespace {

namespace json = boost::json;
using reports::Measure;

bool matches(const PlainEvent& event, const reports::EventSelection& selection, Timestamp now) {
  return event.event == selection.event && std::ranges::all_of(selection.where, [&](const auto& filter) {
           return passes(event.properties, filter, now);
         });
}

/// The bucket's index, or no value outside.
std::optional<std::size_t> bucket_of(const std::vector<Timestamp>& bounds, Timestamp at) {
  if (at < bounds.front() || at >= bounds.back()) return std::nullopt;
  return static_cast<std::size_t>(std::ranges::upper_bound(bounds, at) - bounds.begin() - 1);
}

/// As people write it: Boost writes 2.5 as 2.5E0.
std::string write(const json::value& value) {
  if (value.is_double()) return fmt::format("{}", value.get_double());
  if (!value.is_array()) return json::serialize(value);
  std::string list;
  for (const json::value& item : value.get_array()) list += (list.empty() ? "" : ",") + write(item);
  return "[" + list + "]";
}

std::optional<std::string> label(const PlainEvent& event, const std::string& property) {
  const json::value* value = event.properties.if_contains(property);
  if (value == nullptr || value->is_null() || value->is_object()) return std::nullopt;
  return value->is_string() ? std::string(value->get_string()) : write(*value);
}

PlainSegment labels_of(const PlainEvent& event, const reports::Breakdown& by) {
  PlainSegment segment;
  for (const std::string& property : by.properties) segment.push_back(label(event, property));
  return segment;
}

/// The segments that a person's row counts in.
std::vector<PlainSegment> segments_of(const PlainFrame& frame, const PlainSegment& labels,
                                      const std::string& person, const reports::Breakdown& by) {
  if (by.cohorts.empty()) return {labels};
  std::vector<PlainSegment> segments;
  for (const std::string& name : by.cohorts) {
    if (members_of(frame.data.cohorts.at(name), frame.data, frame.now).contains(person))
      segments.push_back({name});
  }
  if (segments.empty()) segments.push_back({std::nullopt});
  return segments;
}

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

/// A person's moments of a funnel: what the events of one instant are together.
struct Moment {
  std::set<std::size_t> steps;
  std::set<std::size_t> exclusions;
};
using Moments = std::map<Timestamp, Moment>;

bool is_broken(const reports::Funnel& funnel, const Moments& moments, std::size_t level, Timestamp after,
               Timestamp before) {
  for (const auto& [at, moment] : moments) {
    if (at <= after || at >= before) continue;
    for (const std::size_t i : moment.exclusions) {
      if (level >= funnel.exclusions[i].after && level < funnel.exclusions[i].before) return true;
    }
  }
  return false;
}

/// All ways on from a step, tried one by one: notes in `first` the earliest end of an attempt at each step,
/// with the latest beginning among those.
struct Search {
  const reports::Funnel& funnel;
  const Moments& moments;
  std::vector<std::optional<std::pair<Timestamp, Timestamp>>> first;  ///< end, beginning

  void go(std::size_t level, Timestamp began, Timestamp at) {
    auto& best = first[level];
    if (!best || at < best->first || (at == best->first && began > best->second)) best = {at, began};
    if (level + 1 == funnel.steps.size()) return;
    for (const auto& [next, moment] : moments) {
      if (next <= at || next - began > funnel.window || !moment.steps.contains(level + 1)) continue;
      if (!is_broken(funnel, moments, level, at, next)) go(level + 1, began, next);
    }
  }
};

double seconds(Millis time) {
  return static_cast<double>(time.count()) / 1000;
}

std::vector<double> reached_in_order(const reports::Funnel& funnel, const Moments& moments, Timestamp from,
                                     Timestamp to) {
  Search search{funnel, moments, {}};
  search.first.resize(funnel.steps.size());
  for (const auto& [at, moment] : moments) {
    if (at >= from && at < to && moment.steps.contains(0)) search.go(0, at, at);
  }
  std::vector<double> took;
  for (const auto& best : search.first) {
    if (!best) break;
    took.push_back(seconds(best->first - best->second));
  }
  return took;
}

/// At each moment the steps within the window before it, when one of them lies in the bucket.
std::vector<double> reached_in_any_order(const reports::Funnel& funnel, const Moments& moments,
                                         Timestamp from, Timestamp to) {
  std::vector<double> took;
  for (const auto& [end, last] : moments) {
    if (end < from) continue;
    std::map<std::size_t, Timestamp> latest;
    bool inside = false;
    for (const auto& [at, moment] : moments) {
      if (at < from || at > end || end - at > funnel.window) continue;
      for (const std::size_t step : moment.steps) latest[step] = at;
      inside |= at < to && !moment.steps.empty();
    }
    if (!inside) continue;
    Timestamp began = end;
    for (const auto& [step, at] : latest) began = std::min(began, at);
    while (took.size() < latest.size()) took.push_back(seconds(end - began));
  }
  return took;
}

struct Attempt {
  Timestamp began;
  std::vector<double> took;
};

std::vector<Attempt> attempts_in_order(const reports::Funnel& funnel, const Moments& moments, Timestamp to) {
  std::vector<Attempt> attempts;
  std::optional<Attempt> open;
  const auto close = [&] {
    if (open) attempts.push_back(*open);
    open.reset();
  };
  for (const auto& [at, moment] : moments) {
    if (open && at - open->began > funnel.window) close();
    if (open && moment.steps.contains(open->took.size())) {
      open->took.push_back(seconds(at - open->began));
      if (open->took.size() == funnel.steps.size()) close();
      continue;
    }
    if (open) {
      const std::size_t level = open->took.size() - 1;
      const bool broken = std::ranges::any_of(moment.exclusions, [&](std::size_t i) {
        return level >= funnel.exclusions[i].after && level < funnel.exclusions[i].before;
      });
      if (broken) close();
    }
    if (!open && at < to && moment.steps.contains(0)) open = Attempt{at, {0}};
  }
  close();
  return attempts;
}

std::vector<Attempt> attempts_in_any_order(const reports::Funnel& funnel, const Moments& moments,
                                           Timestamp to) {
  std::vector<Attempt> attempts;
  std::optional<Attempt> open;
  std::set<std::size_t> done;
  const auto close = [&] {
    if (open) attempts.push_back(*open);
    open.reset();
    done.clear();
  };
  for (const auto& [at, moment] : moments) {
    if (open && at - open->began > funnel.window) close();
    if (!open && (at >= to || moment.steps.empty())) continue;
    if (!open) open = Attempt{at, {}};
    for (const std::size_t step : moment.steps) {
      if (done.insert(step).second) open->took.push_back(seconds(at - open->began));
    }
    if (done.size() == funnel.steps.size()) close();
  }
  close();
  return attempts;
}

/// As the engine writes an array of labels: the order that decides between equal times.
std::string as_text(const PlainSegment& segment) {
  std::string text = "[";
  for (const auto& one : segment) {
    if (text.size() > 1) text += ',';
    if (!one) {
      text += "NULL";
      continue;
    }
    text += '\'';
    for (const char c : *one) {
      if (c == '\'' || c == '\\') text += '\\';
      text += c;
    }
    text += '\'';
  }
  return text + "]";
}

struct PersonMoments {
  Moments moments;
  /// The labels of the events that may begin an attempt, by time.
  std::multimap<Timestamp, PlainSegment> beginnings;
};

PlainSegment first_segment(const PersonMoments& person, Timestamp from, Timestamp to) {
  std::optional<Timestamp> first;
  PlainSegment best;
  for (const auto& [at, segment] : person.beginnings) {
    if (at < from || at >= to) continue;
    if (first && at > *first) break;
    if (!first || as_text(segment) < as_text(best)) best = segment;
    first = at;
  }
  return best;
}

std::map<std::string, PersonMoments> people_of(const PlainFrame& frame, const reports::Funnel& funnel) {
  std::map<std::string, PersonMoments> people;
  for (const PlainEvent& event : frame.data.events) {
    if (event.time < frame.bounds.front() || event.time >= frame.bounds.back() + funnel.window) continue;
    std::set<std::size_t> steps;
    std::set<std::size_t> exclusions;
    for (std::size_t i = 0; i < funnel.steps.size(); ++i) {
      if (matches(event, funnel.steps[i].selection, frame.now)) steps.insert(i);
    }
    for (std::size_t i = 0; i < funnel.exclusions.size(); ++i) {
      if (matches(event, funnel.exclusions[i].selection, frame.now)) exclusions.insert(i);
    }
    if (steps.empty() && exclusions.empty()) continue;
    PersonMoments& person = people[event.person];
    person.moments[event.time].steps.insert(steps.begin(), steps.end());
    person.moments[event.time].exclusions.insert(exclusions.begin(), exclusions.end());
    if (funnel.any_order ? !steps.empty() : steps.contains(0))
      person.beginnings.emplace(event.time, labels_of(event, funnel.frame.breakdown));
  }
  return people;
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

std::map<PlainSegment, std::vector<PlainFunnelBucket>> plain_funnel(const PlainFrame& frame,
                                                                    const reports::Funnel& funnel) {
  const std::size_t buckets = frame.bounds.size() - 1;
  const std::size_t steps = funnel.steps.size();
  std::map<PlainSegment, std::vector<PlainFunnelBucket>> result;
  const auto add = [&](const std::string& person, const PlainSegment& labels, std::size_t bucket,
                       const std::vector<double>& took) {
    for (const auto& segment : segments_of(frame, labels, person, funnel.frame.breakdown)) {
      auto& all = result[segment];
      all.resize(buckets, {std::vector<std::uint64_t>(steps), std::vector<std::vector<double>>(steps)});
      for (std::size_t i = 0; i < took.size(); ++i) {
        ++all[bucket].counts[i];
        all[bucket].seconds[i].push_back(took[i]);
      }
    }
  };
  for (const auto& [name, person] : people_of(frame, funnel)) {
    if (funnel.totals) {
      const auto attempts = funnel.any_order
                                ? attempts_in_any_order(funnel, person.moments, frame.bounds.back())
                                : attempts_in_order(funnel, person.moments, frame.bounds.back());
      const PlainSegment labels = first_segment(person, frame.bounds.front(), frame.bounds.back());
      for (const Attempt& attempt : attempts)
        add(name, labels, *bucket_of(frame.bounds, attempt.began), attempt.took);
      continue;
    }
    for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
      const Timestamp from = frame.bounds[bucket];
      const Timestamp to = frame.bounds[bucket + 1];
      const auto took = funnel.any_order ? reached_in_any_order(funnel, person.moments, from, to)
                                         : reached_in_order(funnel, person.moments, from, to);
      if (!took.empty()) add(name, first_segment(person, from, to), bucket, took);
    }
  }
  return result;
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
