#pragma once

#include <optional>
#include <vector>

#include "alerts/alert.hpp"
#include "alerts/plan.hpp"

/// Judges an alert by the values of its report: pure, no clock and no engine.
namespace bellwether::alerts {

/// A bucket in which an alert's condition came true.
struct Firing {
  Timestamp bucket;  ///< its start
  Timestamp bucket_end;
  reports::Segment segment;  ///< the worst one
  std::size_t others = 0;    ///< segments that meet the condition beside it
  Observation observation;
  Finding finding;
  reports::NumberFormat format;
};

/// What the bucket at `bucket` (an index of the table's bounds) shows of one series. Bands are computed with
/// the history in the table.
Observation observe(const Condition& condition, const reports::SeriesTable& table,
                    const reports::Series& series, std::size_t bucket, calendar::Unit unit,
                    const calendar::TimeZone& zone);

/// The alert's firing in the bucket that starts at `start`, if its condition is met there.
std::optional<Firing> evaluate(const Alert& alert, const reports::SeriesTable& table, Timestamp start,
                               calendar::Unit unit, const calendar::TimeZone& zone);

/// Whether a firing notifies.
enum class Release : std::uint8_t {
  kNotify,
  kHeldByFrequency,  ///< it has notified too recently
  kHeldByWindow,     ///< outside of its windows
};
std::string_view to_string(Release release);
Release release(const Alert& alert, Timestamp now);

/// "above 0", "above 0 in Berlin", "above 0 in Berlin and 2 other segments". A long segment is shortened: the
/// sentence stands in messages, which receivers refuse when they are too large.
std::string sentence(const Alert& alert, const Firing& firing);

}  // namespace bellwether::alerts
