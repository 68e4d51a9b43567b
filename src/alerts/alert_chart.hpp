#pragma once

#include <string>
#include <vector>

#include "alerts/evaluation.hpp"
#include "base/markup.hpp"
#include "calendar/calendar.hpp"

namespace bellwether::alerts {

/// A mail's chart shows so many buckets.
inline constexpr std::size_t kMailedBuckets = 30;

/// A series as an alert sees it, for people: its values, what they are compared with, and where it fires.
struct AlertCourse {
  struct Bucket {
    Timestamp start;
    Observation observation;
    bool fires = false;
  };
  std::string name;  ///< of the metric and the segment
  Condition condition;
  reports::NumberFormat format;
  calendar::Unit unit = calendar::Unit::kDay;
  calendar::TimeZone zone = calendar::TimeZone::utc();
  std::vector<Bucket> buckets;
};

/// The watched series up to a firing's bucket, as far as the table has it.
AlertCourse course_to(const Alert& alert, const reports::SeriesTable& table, const Firing& firing,
                      calendar::Unit unit, const calendar::TimeZone& zone);

/// As an <svg> that stands alone.
Markup draw(const AlertCourse& course);

}  // namespace bellwether::alerts
