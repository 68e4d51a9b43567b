#include "registry/syncs.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/exact_json.hpp"
#include "registry/cohorts.hpp"
#include "registry/destinations.hpp"

namespace bellwether::registry {

namespace {

using Kind = Error::Kind;

constexpr std::size_t kMaxProperties = 100;
constexpr std::size_t kMaxText = 255;

std::string encode(const std::vector<std::string>& properties) {
  boost::json::array list;
  for (const std::string& name : properties) list.emplace_back(name);
  return boost::json::serialize(list);
}

SyncState parse_state(std::string_view text) {
  return text == "paused" ? SyncState::kPaused : text == "done" ? SyncState::kDone : SyncState::kActive;
}

Sync read(const storage::Query& row) {
  Sync sync{row.integer(0), std::string(row.text(1)), std::string(row.text(2)), row.integer(3),
            row.integer(4)};
  const boost::json::value properties = parse_exact_json(row.text(5));
  for (const auto& name : properties.as_array()) sync.properties.emplace_back(name.as_string());
  sync.recurring = row.integer(6) != 0;
  sync.owner = row.text(7);
  sync.state = parse_state(row.text(8));
  sync.note = row.text(9);
  sync.next_run_at = from_unix_ms(row.integer(10));
  return sync;
}

Result<void> check_fields(const Sync& sync) {
  const bool named = std::ranges::all_of(
      sync.properties, [](const std::string& name) { return !name.empty() && name.size() <= kMaxText; });
  if (!named || sync.properties.size() > kMaxProperties) {
    return fail(Kind::kInvalid,
                fmt::format("a sync exports at most {} properties, each with a name", kMaxProperties));
  }
  if (!sync.owner.empty() && !is_email(sync.owner))
    return fail(Kind::kInvalid, "a sync's owner must be one e-mail address");
  return {};
}

Result<void> check_limit(storage::Database& database, const Sync& sync, const SyncLimits& limits) {
  if (!sync.recurring) return {};
  auto rows = database.query("SELECT count(*) FROM sync WHERE project_id = ?1 AND recurring = 1 AND id != ?2",
                             sync.project_id, sync.id);
  rows.next();
  if (static_cast<std::size_t>(rows.integer(0)) < limits.recurring) return {};
  return fail(Kind::kConflict,
              fmt::format("the project has {} recurring syncs, which is the limit", limits.recurring));
}

Result<void> check_ends(storage::Database& database, const Sync& sync) {
  const auto cohort = find_cohort(database, sync.cohort_id);
  if (!cohort || cohort->project_id != sync.project_id)
    return fail(Kind::kNotFound, fmt::format("project {} has no cohort {}", sync.project_id, sync.cohort_id));
  const auto destination = find_destination(database, sync.destination_id);
  if (!destination || destination->project_id != sync.project_id)
    return fail(Kind::kNotFound,
                fmt::format("project {} has no destination {}", sync.project_id, sync.destination_id));
  if (find_sync(database, sync.cohort_id, sync.destination_id)) {
    return fail(Kind::kConflict,
                fmt::format("\"{}\" is synced to \"{}\" already", cohort->name, destination->name));
  }
  return {};
}

}  // namespace

std::string_view to_string(SyncState state) {
  switch (state) {
    case SyncState::kActive:
      return "active";
    case SyncState::kPaused:
      return "paused";
    case SyncState::kDone:
      return "done";
  }
  return "";
}

std::vector<Sync> list_syncs(storage::Database& database, std::string_view project_id) {
  std::vector<Sync> syncs;
  auto rows = database.query(
      "SELECT id, key, project_id, cohort_id, destination_id, properties, recurring, owner, state, note, "
      "next_run_at FROM sync WHERE ?1 = '' OR project_id = ?1 ORDER BY id",
      project_id);
  while (rows.next()) syncs.push_back(read(rows));
  return syncs;
}

std::optional<Sync> find_sync(storage::Database& database, std::int64_t id) {
  auto rows = database.query(
      "SELECT id, key, project_id, cohort_id, destination_id, properties, recurring, owner, state, note, "
      "next_run_at FROM sync WHERE id = ?1",
      id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::optional<Sync> find_sync(storage::Database& database, std::int64_t cohort_id,
                              std::int64_t destination_id) {
  auto rows = database.query(
      "SELECT id, key, project_id, cohort_id, destination_id, properties, recurring, owner, state, note, "
      "next_run_at FROM sync WHERE cohort_id = ?1 AND destination_id = ?2",
      cohort_id, destination_id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

Result<std::int64_t> save_sync(storage::Database& database, const Sync& sync, const SyncLimits& limits) {
  TRY(check_fields(sync));
  TRY(check_limit(database, sync, limits));
  if (sync.id == 0) {
    TRY(check_ends(database, sync));
    database.run(
        "INSERT INTO sync (key, project_id, cohort_id, destination_id, properties, recurring, owner, state, "
        "note, next_run_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'active', '', ?8)",
        sync.key, sync.project_id, sync.cohort_id, sync.destination_id, encode(sync.properties),
        sync.recurring, sync.owner, to_unix_ms(sync.next_run_at));
    return database.last_insert_id();
  }
  if (!find_sync(database, sync.id)) return fail(Kind::kNotFound, "there is no such sync");
  database.run("UPDATE sync SET properties = ?2, recurring = ?3, owner = ?4 WHERE id = ?1", sync.id,
               encode(sync.properties), sync.recurring, sync.owner);
  return sync.id;
}

Result<void> remove_sync(storage::Database& database, std::int64_t id) {
  if (!find_sync(database, id)) return fail(Kind::kNotFound, "there is no such sync");
  database.run("DELETE FROM sync WHERE id = ?1", id);
  return {};
}

void set_sync_state(storage::Database& database, std::int64_t id, SyncState state, std::string_view note) {
  database.run("UPDATE sync SET state = ?2, note = ?3 WHERE id = ?1", id, to_string(state), note);
}

void set_next_run(storage::Database& database, std::int64_t id, Timestamp at) {
  database.run("UPDATE sync SET next_run_at = ?2 WHERE id = ?1", id, to_unix_ms(at));
}

}  // namespace bellwether::registry
