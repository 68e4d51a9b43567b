#pragma once

#include "base/time.hpp"

namespace bellwether {

/// When something that was planned is due. A plan is never made further ahead than `most`, so one that lies
/// further ahead of `now` was made by a clock that was wrong, and is due at once: it would otherwise wait
/// until the clock gets there, a year perhaps.
inline Timestamp due_time(Timestamp planned, Timestamp now, Millis most) {
  return planned > now + most ? now : planned;
}

}  // namespace bellwether
