#include "sync/run_store.hpp"

#include <algorithm>
#include <limits>

#include "base/planned_time.hpp"

namespace bellwether::sync {

namespace {

#define BELLWETHER_RUN_COLUMNS                                                                         \
  "id, sync_id, number, session_id, change_set, is_full, phase, end, message, entered, left, stayed, " \
  "total_pages, "                                                                                      \
  "page, page_attempts, attempts, paused, not_before, started_at, ended_at, "                          \
  "page_members"

Run read(const storage::Query& row) {
  Run run;
  run.id = row.integer(0);
  run.sync_id = row.integer(1);
  run.number = static_cast<std::uint64_t>(row.integer(2));
  run.session_id = row.text(3);
  run.change_set = row.text(4);
  run.full = row.integer(5) != 0;
  run.phase = static_cast<Phase>(row.integer(6));
  run.end = static_cast<End>(row.integer(7));
  run.message = row.text(8);
  run.counts = {static_cast<std::uint64_t>(row.integer(9)), static_cast<std::uint64_t>(row.integer(10)),
                static_cast<std::uint64_t>(row.integer(11))};
  run.total_pages = static_cast<std::uint32_t>(row.integer(12));
  run.page = static_cast<std::uint32_t>(row.integer(13));
  run.page_attempts = static_cast<std::uint32_t>(row.integer(14));
  run.attempts = static_cast<std::uint32_t>(row.integer(15));
  run.paused = Millis(row.integer(16));
  run.not_before = from_unix_ms(row.integer(17));
  run.started_at = from_unix_ms(row.integer(18));
  run.ended_at = from_unix_ms(row.integer(19));
  run.page_members = static_cast<std::uint32_t>(row.integer(20));
  return run;
}

std::optional<Run> read_one(storage::Query rows) {
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::uint64_t next_number(storage::Database& database, std::int64_t sync_id) {
  // Old runs are trimmed, but never the last success, and a number below it would not move the snapshot.
  auto rows = database.query("SELECT coalesce(max(number), 0) + 1 FROM sync_run WHERE sync_id = ?1", sync_id);
  rows.next();
  return static_cast<std::uint64_t>(rows.integer(0));
}

constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

}  // namespace

std::optional<Snapshot> find_snapshot(storage::Database& database, std::int64_t sync_id) {
  auto rows = database.query(
      "SELECT run_number, taken_at, members, in_doubt FROM sync_snapshot WHERE sync_id = ?1", sync_id);
  if (!rows.next()) return std::nullopt;
  return Snapshot{static_cast<std::uint64_t>(rows.integer(0)), from_unix_ms(rows.integer(1)),
                  static_cast<std::uint64_t>(rows.integer(2)), rows.integer(3) != 0};
}

Run create_run(storage::Database& database, const registry::Sync& sync, std::string session_id,
               std::uint32_t page_members, Timestamp now) {
  const auto snapshot = find_snapshot(database, sync.id);
  Run run;
  run.sync_id = sync.id;
  run.number = next_number(database, sync.id);
  run.session_id = std::move(session_id);
  run.full = !snapshot || snapshot->in_doubt || needs_full_load(snapshot->taken_at, now);
  run.started_at = now;
  run.page_members = page_members;
  database.run("INSERT INTO sync_run (" BELLWETHER_RUN_COLUMNS
               ") VALUES (NULL, ?1, ?2, ?3, '', ?4, 0, 0, '', 0, 0, 0, 0, 1, 0, 0, 0, 0, ?5, 0, ?6)",
               run.sync_id, static_cast<std::int64_t>(run.number), run.session_id, run.full, to_unix_ms(now),
               std::int64_t{run.page_members});
  run.id = database.last_insert_id();
  return run;
}

void save_run(storage::Database& database, const Run& run) {
  database.run(
      "UPDATE sync_run "
      "SET change_set = ?2, phase = ?3, end = ?4, message = ?5, entered = ?6, left = ?7, stayed = ?8, "
      "total_pages = ?9, page = ?10, page_attempts = ?11, attempts = ?12, paused = ?13, not_before = ?14, "
      "ended_at = ?15 WHERE id = ?1",
      run.id, run.change_set, static_cast<int>(run.phase), static_cast<int>(run.end), run.message,
      static_cast<std::int64_t>(run.counts.entered), static_cast<std::int64_t>(run.counts.left),
      static_cast<std::int64_t>(run.counts.stayed), std::int64_t{run.total_pages}, std::int64_t{run.page},
      std::int64_t{run.page_attempts}, std::int64_t{run.attempts}, std::int64_t{run.paused.count()},
      to_unix_ms(run.not_before), to_unix_ms(run.ended_at));
}

void finish_run(storage::Database& database, const Run& run, Millis interval) {
  save_run(database, run);
  const auto sync = registry::find_sync(database, run.sync_id);
  if (!sync) return;  // removed meanwhile
  if (run.end == End::kSucceeded) {
    database.run(
        "INSERT INTO sync_snapshot (sync_id, run_number, taken_at, members, in_doubt) "
        "VALUES (?1, ?2, ?3, ?4, 0) ON CONFLICT (sync_id) DO UPDATE "
        "SET run_number = ?2, taken_at = ?3, members = ?4, in_doubt = 0",
        run.sync_id, static_cast<std::int64_t>(run.number), to_unix_ms(run.started_at),
        static_cast<std::int64_t>(run.counts.members()));
    if (!sync->recurring) registry::set_sync_state(database, sync->id, registry::SyncState::kDone, "");
  }
  if (leaves_doubt(run))
    database.run("UPDATE sync_snapshot SET in_doubt = 1 WHERE sync_id = ?1", run.sync_id);
  if (run.end == End::kPaused)
    registry::set_sync_state(database, sync->id, registry::SyncState::kPaused, run.message);
  // Somebody may have asked for a run meanwhile, which is then due already.
  const Timestamp planned = run.started_at + interval;
  const bool was_asked =
      sync->next_run_at > run.started_at && sync->next_run_at <= std::max(planned, run.ended_at);
  if (!was_asked) registry::set_next_run(database, sync->id, planned);
}

std::optional<Run> find_run(storage::Database& database, std::int64_t id) {
  return read_one(database.query("SELECT " BELLWETHER_RUN_COLUMNS " FROM sync_run WHERE id = ?1", id));
}

std::optional<Run> find_open_run(storage::Database& database, std::int64_t sync_id) {
  auto run = read_one(database.query(
      "SELECT " BELLWETHER_RUN_COLUMNS " FROM sync_run WHERE sync_id = ?1 AND phase != 3", sync_id));
  if (run) resume(*run);
  return run;
}

std::vector<Run> list_runs(storage::Database& database, std::int64_t sync_id,
                           std::optional<std::int64_t> before, std::size_t limit) {
  std::vector<Run> runs;
  auto rows = database.query("SELECT " BELLWETHER_RUN_COLUMNS
                             " FROM sync_run WHERE sync_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
                             sync_id, before.value_or(kAll), limit);
  while (rows.next()) runs.push_back(read(rows));
  return runs;
}

std::vector<Candidate> list_candidates(storage::Database& database, Timestamp now, Millis interval) {
  std::vector<Candidate> candidates;
  auto rows = database.query(
      "SELECT sync.id, destination_id, state = 'active', destination.enabled, "
      "EXISTS (SELECT 1 FROM sync_run WHERE sync_id = sync.id AND phase != 3), next_run_at "
      "FROM sync JOIN destination ON destination.id = destination_id");
  while (rows.next()) {
    candidates.push_back({.sync_id = rows.integer(0),
                          .destination_id = rows.integer(1),
                          .active = rows.integer(2) != 0,
                          .enabled = rows.integer(3) != 0,
                          .interrupted = rows.integer(4) != 0,
                          .due_at = due_time(from_unix_ms(rows.integer(5)), now, interval)});
  }
  return candidates;
}

std::vector<std::string> open_change_sets(storage::Database& database) {
  std::vector<std::string> change_sets;
  auto rows = database.query("SELECT change_set FROM sync_run WHERE phase != 3");
  while (rows.next()) change_sets.emplace_back(rows.text(0));
  return change_sets;
}

std::vector<std::string> applied_since(storage::Database& database, std::int64_t sync_id,
                                       std::uint64_t number) {
  std::vector<std::string> change_sets;
  auto rows =
      database.query("SELECT change_set FROM sync_run WHERE sync_id = ?1 AND number >= ?2 AND end = ?3",
                     sync_id, static_cast<std::int64_t>(number), static_cast<int>(End::kSucceeded));
  while (rows.next()) change_sets.emplace_back(rows.text(0));
  return change_sets;
}

void add_attempt(storage::Database& database, const Attempt& attempt) {
  database.run(
      "INSERT INTO sync_attempt (run_id, page, at, request_id, status, latency, verdict, message, answer) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
      attempt.run_id, std::int64_t{attempt.page}, to_unix_ms(attempt.at), attempt.request_id,
      std::int64_t{attempt.status}, std::int64_t{attempt.latency.count()}, attempt.verdict, attempt.message,
      storage::Blob{attempt.answer});
}

std::vector<Attempt> list_attempts(storage::Database& database, std::int64_t run_id,
                                   std::optional<std::int64_t> before, std::size_t limit) {
  std::vector<Attempt> attempts;
  auto rows = database.query(
      "SELECT id, run_id, page, at, request_id, status, latency, verdict, message, answer FROM sync_attempt "
      "WHERE run_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
      run_id, before.value_or(kAll), limit);
  while (rows.next()) {
    attempts.push_back({rows.integer(0), rows.integer(1), static_cast<std::uint32_t>(rows.integer(2)),
                        from_unix_ms(rows.integer(3)), std::string(rows.text(4)),
                        static_cast<unsigned>(rows.integer(5)), Millis(rows.integer(6)),
                        std::string(rows.text(7)), std::string(rows.text(8)), std::string(rows.text(9))});
  }
  return attempts;
}

void trim_attempts(storage::Database& database, std::size_t attempts) {
  database.run("DELETE FROM sync_attempt WHERE id <= (SELECT max(id) FROM sync_attempt) - ?1", attempts);
}

std::vector<OldRun> old_runs(storage::Database& database, Timestamp before, std::size_t limit) {
  std::vector<OldRun> runs;
  auto rows = database.query(
      "SELECT id, sync_id, change_set FROM sync_run WHERE phase = 3 AND started_at < ?1 "
      "AND number < (SELECT run_number FROM sync_snapshot WHERE sync_snapshot.sync_id = sync_run.sync_id) "
      "ORDER BY id LIMIT ?2",
      to_unix_ms(before), limit);
  while (rows.next()) runs.push_back({rows.integer(0), rows.integer(1), std::string(rows.text(2))});
  return runs;
}

void remove_run(storage::Database& database, std::int64_t id) {
  database.run("DELETE FROM sync_attempt WHERE run_id = ?1", id);
  database.run("DELETE FROM sync_run WHERE id = ?1", id);
}

void remove_runs_of_sync(storage::Database& database, std::int64_t sync_id) {
  database.run("DELETE FROM sync_attempt WHERE run_id IN (SELECT id FROM sync_run WHERE sync_id = ?1)",
               sync_id);
  database.run("DELETE FROM sync_run WHERE sync_id = ?1", sync_id);
  database.run("DELETE FROM sync_snapshot WHERE sync_id = ?1", sync_id);
}

}  // namespace bellwether::sync
