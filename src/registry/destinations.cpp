#include "registry/destinations.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "registry/projects.hpp"

namespace bellwether::registry {

namespace {

using Kind = Error::Kind;

Destination read(const storage::Query& row) {
  return {row.integer(0),           std::string(row.text(1)), std::string(row.text(2)),
          std::string(row.text(3)), std::string(row.text(4)), std::string(row.text(5)),
          row.integer(6) != 0};
}

Result<void> check(storage::Database& database, const Destination& destination) {
  if (!find_project(database, destination.project_id))
    return fail(Kind::kNotFound, fmt::format("there is no project {}", destination.project_id));
  if (auto named = check_name("a destination's name", destination.name); !named) return named;
  if (auto url = check_url("a destination", destination.url); !url) return url;
  if (auto sound = check_credentials("a destination", destination.user, destination.password); !sound)
    return sound;
  const auto same = find_destination(database, destination.project_id, destination.name);
  if (same && same->id != destination.id)
    return fail(Kind::kConflict,
                fmt::format("the project has a destination \"{}\" already", destination.name));
  return {};
}

}  // namespace

std::vector<Destination> list_destinations(storage::Database& database, std::string_view project_id) {
  std::vector<Destination> destinations;
  auto rows = database.query(
      "SELECT id, project_id, name, url, user, password, enabled FROM destination WHERE project_id = ?1 "
      "ORDER BY id",
      project_id);
  while (rows.next()) destinations.push_back(read(rows));
  return destinations;
}

std::optional<Destination> find_destination(storage::Database& database, std::int64_t id) {
  auto rows = database.query(
      "SELECT id, project_id, name, url, user, password, enabled FROM destination WHERE id = ?1", id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::optional<Destination> find_destination(storage::Database& database, std::string_view project_id,
                                            std::string_view name) {
  auto rows = database.query(
      "SELECT id, project_id, name, url, user, password, enabled FROM destination WHERE project_id = ?1 "
      "AND name = ?2",
      project_id, name);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

Result<std::int64_t> save_destination(storage::Database& database, const Destination& destination) {
  TRY(check(database, destination));
  if (destination.id == 0) {
    database.run(
        "INSERT INTO destination (project_id, name, url, user, password, enabled) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        destination.project_id, destination.name, destination.url, destination.user, destination.password,
        destination.enabled);
    return database.last_insert_id();
  }
  if (!find_destination(database, destination.id))
    return fail(Kind::kNotFound, "there is no such destination");
  database.run(
      "UPDATE destination SET name = ?2, url = ?3, user = ?4, password = ?5, enabled = ?6 WHERE id = ?1",
      destination.id, destination.name, destination.url, destination.user, destination.password,
      destination.enabled);
  return destination.id;
}

Result<void> remove_destination(storage::Database& database, std::int64_t id) {
  const auto destination = find_destination(database, id);
  if (!destination) return fail(Kind::kNotFound, "there is no such destination");
  std::string users;
  auto syncs = database.query(
      "SELECT cohort.name FROM sync JOIN cohort ON cohort.id = cohort_id WHERE destination_id = ?1", id);
  while (syncs.next()) users += fmt::format("{}\"{}\"", users.empty() ? "" : ", ", syncs.text(0));
  if (!users.empty()) {
    return fail(Kind::kConflict,
                fmt::format("the destination \"{}\" is used by the syncs of {}", destination->name, users));
  }
  database.run("DELETE FROM destination WHERE id = ?1", id);
  return {};
}

}  // namespace bellwether::registry
