#include "storage/migrations.hpp"

#include <fmt/format.h>

namespace bellwether::storage {

namespace {

std::size_t schema_version(Database& database) {
  Query query = database.query("PRAGMA user_version");
  query.next();
  return static_cast<std::size_t>(query.integer(0));
}

}  // namespace

Result<void> migrate(Database& database, std::span<const char* const> scripts) {
  const std::size_t found = schema_version(database);
  if (found > scripts.size()) {
    return fail(
        fmt::format("the data file has schema version {}, this program knows versions up to {}: run a newer "
                    "bellwether on it, or choose another --data folder",
                    found, scripts.size()));
  }
  for (std::size_t version = found; version < scripts.size(); ++version) {
    Transaction transaction(database);
    database.script(scripts[version]);
    database.script(fmt::format("PRAGMA user_version = {}", version + 1));
    transaction.commit();
  }
  return {};
}

}  // namespace bellwether::storage
