#include "alerts/history.hpp"

#include <limits>

namespace bellwether::alerts {

void note(storage::Database& database, std::int64_t alert_id, Timestamp at, std::string_view kind,
          std::string_view detail) {
  database.run("INSERT INTO alert_event (alert_id, at, kind, detail) VALUES (?1, ?2, ?3, ?4)", alert_id,
               to_unix_ms(at), kind, detail);
}

std::vector<Event> list_events(storage::Database& database, std::int64_t alert_id,
                               std::optional<std::int64_t> before, std::size_t limit) {
  std::vector<Event> events;
  auto rows = database.query(
      "SELECT id, alert_id, at, kind, detail FROM alert_event WHERE alert_id = ?1 AND id < ?2 "
      "ORDER BY id DESC LIMIT ?3",
      alert_id, before.value_or(std::numeric_limits<std::int64_t>::max()), limit);
  while (rows.next()) {
    events.push_back({rows.integer(0), rows.integer(1), from_unix_ms(rows.integer(2)),
                      std::string(rows.text(3)), std::string(rows.text(4))});
  }
  return events;
}

bool trim_events(storage::Database& database, Timestamp before, std::size_t limit) {
  database.run("DELETE FROM alert_event WHERE id IN (SELECT id FROM alert_event WHERE at < ?1 LIMIT ?2)",
               to_unix_ms(before), limit);
  return database.changed_rows() == static_cast<std::int64_t>(limit);
}

}  // namespace bellwether::alerts
