#pragma once

#include <chrono>
#include <cstddef>
#include <limits>

#include "base/time.hpp"

/// What one record may hold. Each limit is about what the event engine makes of a record, not about its text:
/// deep arrays and many keys cost it megabytes for some bytes.
namespace bellwether::ingestion {

/// Of a property's value and everything in it.
struct ShapeLimits {
  std::size_t depth = 16;                                       ///< arrays and objects within each other
  std::size_t keys = 1000;                                      ///< of a record, in all its objects together
  std::size_t key_bytes = 255;                                  ///< one key
  std::size_t array = std::numeric_limits<std::size_t>::max();  ///< elements of one
};

/// What one event may hold (255 properties and the sizes as Mixpanel's /import has them).
struct EventLimits {
  std::size_t events = 2000;  ///< in one request
  std::size_t event_bytes = 1UL << 20U;
  std::size_t name_bytes = 255;
  std::size_t properties = 255;
  std::size_t insert_id_bytes = 36;
  std::size_t id_bytes = 255;  ///< distinct_id, $device_id, $user_id, alias
  ShapeLimits shape = {};
  /// Of an event that /import judges strictly, as Mixpanel does.
  ShapeLimits strict_shape = {.depth = 3, .array = 255};
  Millis strict_ahead = std::chrono::hours(1);  ///< how far its time may lie ahead
};

/// What one profile update, and one profile, may hold.
struct ProfileLimits {
  std::size_t updates = 2000;  ///< in one request
  std::size_t update_bytes = 1UL << 20U;
  std::size_t profile_bytes = 1UL << 20U;
  std::size_t id_bytes = 255;
  ShapeLimits shape = {.keys = 2000};  ///< the keys of the whole profile, too
};

/// Ids that lead to one person. One more is not linked: an attacker could make each link rewrite all others.
inline constexpr std::size_t kAliasesOfAPerson = 500;

}  // namespace bellwether::ingestion
