#include <algorithm>
#include <functional>
#include <set>

#include "oracle/plain_events.hpp"

namespace bellwether::testing {

namespace {

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

}  // namespace bellwether::testing
