#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.hpp"

namespace bellwether::anomalies {

/// Where in the day and in the week a value of an evenly spaced series lies. Days begin at midnight UTC: a
/// series of local days is given with times shifted by its zone.
class Season {
 public:
  /// `step` is the time between two values: a minute to a month.
  explicit Season(Millis step);

  /// Slots of a day: 24 for hours, 1 for days and what is longer.
  std::size_t per_day() const { return per_day_; }
  std::size_t per_week() const { return per_week_; }
  bool has_days() const { return per_day_ >= kFewestSlots; }
  bool has_weeks() const { return per_week_ >= kFewestSlots; }

  std::size_t day_slot(Timestamp at) const { return slot(at, per_day_); }
  std::size_t week_slot(Timestamp at) const { return slot(at, per_week_); }

 private:
  static constexpr std::size_t kFewestSlots = 4;
  std::size_t slot(Timestamp at, std::size_t slots) const;

  Millis step_;
  std::size_t per_day_;
  std::size_t per_week_;
};

}  // namespace bellwether::anomalies
