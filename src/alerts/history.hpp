#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "storage/database.hpp"

namespace bellwether::alerts {

/// What happened to an alert, for people.
struct Event {
  std::int64_t id = 0;
  std::int64_t alert_id = 0;
  Timestamp at;
  std::string kind;  ///< created, edited, paused, resumed, fired, held_back, delivered, failed, invalid,
                     ///< valid, skipped
  std::string detail;
};

void note(storage::Database& database, std::int64_t alert_id, Timestamp at, std::string_view kind,
          std::string_view detail);
/// The newest first, before `before`.
std::vector<Event> list_events(storage::Database& database, std::int64_t alert_id,
                               std::optional<std::int64_t> before, std::size_t limit);
/// Forgets what is older, in portions; answers whether there may be more.
bool trim_events(storage::Database& database, Timestamp before, std::size_t limit);

}  // namespace bellwether::alerts
