#include "reports/timeline.hpp"

#include <fmt/format.h>

namespace bellwether::reports {

namespace {

using calendar::TimeZone;
using calendar::Unit;

Timestamp resolve(const Moment& moment, const TimeZone& zone) {
  return moment.day_number ? zone.day_start(*moment.day_number) : moment.at;
}

/// Whole days are counted by the local calendar, as days of 23 and 25 hours are days too.
Timestamp before(Timestamp end, Millis last, Unit unit, const TimeZone& zone) {
  const auto days = std::chrono::floor<std::chrono::days>(last);
  if (unit < Unit::kDay || last != days) return end - last;
  return zone.day_start(zone.local(end).day_number - days.count());
}

}  // namespace

std::expected<std::vector<Timestamp>, std::string> resolve_bounds(const Frame& frame, const TimeZone& zone,
                                                                  Timestamp now) {
  const TimeRange& range = frame.range;
  Timestamp from;
  Timestamp to;
  if (range.from) {
    from = resolve(*range.from, zone);
    to = range.to ? resolve(*range.to, zone) : now;
  } else {
    to = calendar::next_bucket(frame.unit, calendar::bucket_start(frame.unit, now, zone), zone);
    from = before(to, range.last, frame.unit, zone);
  }
  if (from >= to) return std::unexpected("the range is empty: it ends before it begins");
  // A month has 28 days at least; so many buckets at most are made to find out.
  const Millis shortest = frame.unit == Unit::kMinute ? Millis(std::chrono::minutes(1))
                          : frame.unit == Unit::kHour ? Millis(std::chrono::hours(1))
                                                      : Millis(std::chrono::hours(23));
  const auto most = static_cast<std::size_t>((to - from) / shortest);
  auto bounds = most > kMaxBuckets * 31 ? std::vector<Timestamp>(most)
                                        : calendar::bucket_bounds(frame.unit, from, to, zone);
  if (bounds.size() - 1 > kMaxBuckets) {
    return std::unexpected(
        fmt::format("the range has {} buckets of a {}, at most {} are allowed: choose a longer "
                    "unit or a shorter range",
                    bounds.size() - 1, calendar::to_string(frame.unit), kMaxBuckets));
  }
  return bounds;
}

}  // namespace bellwether::reports
