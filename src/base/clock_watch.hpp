#pragma once

#include <chrono>
#include <optional>

#include "base/time.hpp"

namespace bellwether {

/// Protects what is deleted by age from a wrong clock.
///
/// A clock that is a year ahead for ten seconds makes everything look old enough to be deleted. This class
/// keeps a time of its own, which follows the wall clock as long as both agree, and goes on by the monotonic
/// clock when the wall clock jumps ahead. A jump is believed only after the clock has stayed there for
/// `settle` of monotonic time. A clock that jumps back is believed at once: less is deleted then.
///
/// How to use it: one watch for each loop that deletes, asked before each round.
///
///     ClockWatch watch(storage::find_clock(database, "alerts"));    // what an earlier process stored
///     …
///     if (const auto now = watch.look(system_now(), ClockWatch::Steady::now()))
///       remove_older_than(*now - keep);
///     if (watch.last()) storage::store_clock(database, "alerts", *watch.last());
///
/// Store `last()` after each look, so that a jump is noticed that happened while the process was down. A
/// process that was down for longer than `step` therefore deletes nothing new for the first `settle`. Without
/// a stored time (the first start, or data of an older version) `look` has no value for the first `settle`;
/// whoever knows that the store is empty can pass the present time instead.
///
/// No clock and no thread of its own; not synchronized.
class ClockWatch {
 public:
  using Steady = std::chrono::steady_clock;

  struct Rules {
    Millis step = std::chrono::minutes(10);  ///< a smaller difference between both clocks is believed
    Millis settle = std::chrono::hours(1);   ///< how long a clock must stay where it jumped to
  };

  /// `last`: what `last()` was when an earlier process looked; no value: unknown.
  explicit ClockWatch(std::optional<Timestamp> last) : ClockWatch(last, Rules()) {}
  ClockWatch(std::optional<Timestamp> last, const Rules& rules) : rules_(rules), last_(last) {}

  /// The time that ages may be counted to, never later than `now`; no value while none is known, so that
  /// nothing may be deleted. `now` is the wall clock's time, `steady` the monotonic clock's.
  std::optional<Timestamp> look(Timestamp now, Steady::time_point steady);

  /// The time of the last look, to be stored. It is not ahead of what is believed.
  std::optional<Timestamp> last() const { return last_; }

 private:
  /// A wall clock that is ahead of what is believed.
  struct Jump {
    Timestamp to;  ///< the wall clock's time at the last look
    Steady::time_point looked;
    Steady::time_point since;
  };
  bool has_settled(Timestamp now, Steady::time_point steady);

  Rules rules_;
  std::optional<Timestamp> last_;
  std::optional<Steady::time_point> looked_;  ///< when `last_` was believed
  std::optional<Jump> jump_;
};

}  // namespace bellwether
