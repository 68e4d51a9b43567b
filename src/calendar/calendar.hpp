#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"

namespace date {
class time_zone;  // NOLINT(readability-identifier-naming): the library's name
}

/// Time as people in a place count it: time zones (the system's database) and the buckets of reports.
/// Daylight saving makes a day of 23 or 25 hours; hours are always 60 minutes.
namespace bellwether::calendar {

/// A time as a clock on the wall shows it.
struct LocalTime {
  int weekday = 0;          ///< 0 is Monday, 6 Sunday
  int minute_of_day = 0;    ///< 0 to 1439
  std::int64_t day_number;  ///< days since 1970-01-01 by the local date
};

/// Cheap to copy; the data behind it lives as long as the process.
class TimeZone {
 public:
  /// By its name in the tz database: "Europe/Berlin", "UTC".
  static Result<TimeZone> find(std::string_view name);
  static TimeZone utc();
  /// For a name that was checked when it was saved: UTC when the system's database has lost it since.
  static TimeZone find_or_utc(std::string_view name);

  std::string name() const;
  LocalTime local(Timestamp at) const;
  /// The instant at which a local day begins: midnight, or what follows it where the clock jumps over
  /// midnight.
  Timestamp day_start(std::int64_t day_number) const;
  /// The instant at which the local clock shows `local`, counted from 1970-01-01 00:00 on it: the first of two where it
  /// was put back, and the moment of the jump where it was put over `local`.
  Timestamp instant(Millis local) const;
  /// "2026-02-06 10:53" (Berlin's clock).
  std::string format(Timestamp at) const;
  /// How far the local clock is ahead of UTC, and since when.
  struct Offset {
    Millis ahead{0};
    Timestamp since;
  };
  Offset offset(Timestamp at) const;

 private:
  explicit TimeZone(const date::time_zone* zone) : zone_(zone) {}
  const date::time_zone* zone_;
};

enum class Unit : std::uint8_t { kMinute, kHour, kDay, kWeek, kMonth };
std::string_view to_string(Unit unit);
std::optional<Unit> parse_unit(std::string_view word);

/// A bucket's start as short as its unit allows: "2026-02-06 10:00", "2026-02-06", "2026-02".
std::string label(Unit unit, Timestamp start, const TimeZone& zone);

/// The start of the bucket that `at` lies in. Weeks begin on Monday.
Timestamp bucket_start(Unit unit, Timestamp at, const TimeZone& zone);
/// The start of the bucket behind the one that starts at `start`.
Timestamp next_bucket(Unit unit, Timestamp start, const TimeZone& zone);
/// The start of the `count`-th bucket before the one that starts at `start`.
Timestamp earlier_bucket(Unit unit, Timestamp start, std::size_t count, const TimeZone& zone);

/// The bounds of all buckets that [from, to) touches: their starts, and at last the end of the last one.
std::vector<Timestamp> bucket_bounds(Unit unit, Timestamp from, Timestamp to, const TimeZone& zone);

}  // namespace bellwether::calendar
