#include "calendar/calendar.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include <date/tz.h>
#include <fmt/format.h>

namespace bellwether::calendar {

namespace {

using std::chrono::days;

constexpr std::array<std::pair<Unit, std::string_view>, 5> kUnits{{{Unit::kMinute, "minute"},
                                                                   {Unit::kHour, "hour"},
                                                                   {Unit::kDay, "day"},
                                                                   {Unit::kWeek, "week"},
                                                                   {Unit::kMonth, "month"}}};
constexpr std::int64_t kDaysAWeek = 7;
/// 1970-01-01 was a Thursday.
constexpr std::int64_t kFirstWeekday = 3;

int weekday_of(std::int64_t day_number) {
  return static_cast<int>(((day_number + kFirstWeekday) % kDaysAWeek + kDaysAWeek) % kDaysAWeek);
}

date::year_month_day date_of(std::int64_t day_number) {
  return date::year_month_day(date::local_days(date::days(day_number)));
}

std::int64_t number_of(const date::year_month_day& day) {
  return date::local_days(day).time_since_epoch().count();
}

std::int64_t first_day(Unit unit, std::int64_t day_number) {
  if (unit == Unit::kWeek) return day_number - weekday_of(day_number);
  if (unit == Unit::kMonth) {
    const auto day = date_of(day_number);
    return number_of(day.year() / day.month() / 1);
  }
  return day_number;
}

/// The local day that begins the bucket `count` behind (or, negative, before) the one that begins at `first`.
std::int64_t moved(Unit unit, std::int64_t first, std::int64_t count) {
  if (unit == Unit::kWeek) return first + count * kDaysAWeek;
  if (unit == Unit::kMonth) return number_of(date_of(first) + date::months(static_cast<int>(count)));
  return first + count;
}

bool is_clock_unit(Unit unit) {
  return unit == Unit::kMinute || unit == Unit::kHour;
}

Millis width(Unit unit) {
  return unit == Unit::kMinute ? Millis(std::chrono::minutes(1)) : Millis(std::chrono::hours(1));
}

}  // namespace

Result<TimeZone> TimeZone::find(std::string_view name) {
  try {
    return TimeZone(date::locate_zone(name));
  } catch (const std::runtime_error&) {
    return fail(fmt::format("there is no time zone \"{}\"; they are named like \"Europe/Berlin\"", name));
  }
}

TimeZone TimeZone::utc() {
  return TimeZone(date::locate_zone("UTC"));
}

TimeZone TimeZone::find_or_utc(std::string_view name) {
  const auto zone = find(name);
  return zone ? *zone : utc();
}

std::string TimeZone::name() const {
  return zone_->name();
}

TimeZone::Offset TimeZone::offset(Timestamp at) const {
  const date::sys_info info = zone_->get_info(at);
  return {info.offset, info.begin};
}

LocalTime TimeZone::local(Timestamp at) const {
  const Millis since = at.time_since_epoch() + offset(at).ahead;
  const auto day = std::chrono::floor<days>(since);
  const auto minute = std::chrono::floor<std::chrono::minutes>(since - day);
  return {weekday_of(day.count()), static_cast<int>(minute.count()), day.count()};
}

Timestamp TimeZone::day_start(std::int64_t day_number) const {
  return instant(days(day_number));
}

Timestamp TimeZone::instant(Millis local) const {
  return zone_->to_sys(date::local_time<Millis>(local), date::choose::earliest);
}

std::string TimeZone::format(Timestamp at) const {
  const LocalTime time = local(at);
  const auto day = date_of(time.day_number);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                     time.minute_of_day / 60, time.minute_of_day % 60);
}

std::string_view to_string(Unit unit) {
  return kUnits[static_cast<std::size_t>(unit)].second;
}

std::optional<Unit> parse_unit(std::string_view word) {
  for (const auto& [unit, name] : kUnits) {
    if (name == word) return unit;
  }
  return std::nullopt;
}

std::string label(Unit unit, Timestamp start, const TimeZone& zone) {
  constexpr std::size_t kMonth = 7;
  constexpr std::size_t kDay = 10;
  const std::string whole = zone.format(start);
  if (unit == Unit::kMonth) return whole.substr(0, kMonth);
  return unit == Unit::kDay || unit == Unit::kWeek ? whole.substr(0, kDay) : whole;
}

Timestamp bucket_start(Unit unit, Timestamp at, const TimeZone& zone) {
  if (!is_clock_unit(unit)) return zone.day_start(first_day(unit, zone.local(at).day_number));
  // On the local clock, which some zones set half an hour apart, or by half an hour.
  const TimeZone::Offset offset = zone.offset(at);
  const Millis behind = (at.time_since_epoch() + offset.ahead) % width(unit);
  return std::max(at - (behind < Millis(0) ? behind + width(unit) : behind), offset.since);
}

Timestamp next_bucket(Unit unit, Timestamp start, const TimeZone& zone) {
  if (is_clock_unit(unit)) {
    const Timestamp next = bucket_start(unit, start + width(unit), zone);
    return next > start ? next : start + width(unit);
  }
  return zone.day_start(moved(unit, zone.local(start).day_number, 1));
}

Timestamp earlier_bucket(Unit unit, Timestamp start, std::size_t count, const TimeZone& zone) {
  const auto steps = static_cast<std::int64_t>(count);
  if (is_clock_unit(unit)) return bucket_start(unit, start - width(unit) * steps, zone);
  return zone.day_start(moved(unit, zone.local(start).day_number, -steps));
}

std::vector<Timestamp> bucket_bounds(Unit unit, Timestamp from, Timestamp to, const TimeZone& zone) {
  std::vector<Timestamp> bounds{bucket_start(unit, from, zone)};
  while (bounds.back() < to) bounds.push_back(next_bucket(unit, bounds.back(), zone));
  return bounds;
}

}  // namespace bellwether::calendar
