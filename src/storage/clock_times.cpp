#include "storage/clock_times.hpp"

namespace bellwether::storage {

std::optional<Timestamp> find_clock(Database& database, std::string_view watch) {
  auto rows = database.query("SELECT last FROM clock_watch WHERE name = ?1", watch);
  if (!rows.next()) return std::nullopt;
  return from_unix_ms(rows.integer(0));
}

void store_clock(Database& database, std::string_view watch, Timestamp last) {
  database.run(
      "INSERT INTO clock_watch (name, last) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET last = ?2",
      watch, to_unix_ms(last));
}

}  // namespace bellwether::storage
