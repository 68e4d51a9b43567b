#include "mirror/merger.hpp"

#include <future>

#include "feed/feed.hpp"
#include "mirror/application.hpp"
#include "mirror/conclusion.hpp"
#include "mirror/mirror.hpp"
#include "mirror/rebuild.hpp"
#include "mirror/unapplied.hpp"

namespace bellwether::mirror {

namespace {

using storage::Database;

constexpr std::size_t kBatchMentions = 10'000;
constexpr std::int64_t kRowsPerStep = 10'000;
constexpr std::int64_t kBodiesPerStep = 64;
constexpr std::int64_t kBatchesPerStep = 64;
constexpr std::int64_t kSessionsPerStep = 32;

std::optional<Session> longest_waiting(Database& database) {
  auto query = database.query("SELECT ref FROM session WHERE waiting = 1 ORDER BY first_page LIMIT 1");
  if (!query.next()) return std::nullopt;
  return load_session(database, query.integer(0));
}

std::optional<std::int64_t> first_integer(storage::Query query) {
  if (!query.next()) return std::nullopt;
  return query.integer(0);
}

bool sweep_undo(Database& database) {
  const auto session = first_integer(database.query("SELECT session_ref FROM undo_sweep LIMIT 1"));
  if (!session) return false;
  database.run(
      "DELETE FROM undo WHERE (generation, distinct_id) IN "
      "(SELECT generation, distinct_id FROM undo WHERE session_ref = ?1 LIMIT ?2)",
      *session, kRowsPerStep);
  if (database.changed_rows() == 0) database.run("DELETE FROM undo_sweep WHERE session_ref = ?1", *session);
  return true;
}

bool sweep_generation(Database& database) {
  const auto dead = first_integer(
      database.query("SELECT id FROM generation WHERE id NOT IN (SELECT generation FROM cohort) LIMIT 1"));
  if (!dead) return false;
  database.run(
      "DELETE FROM member WHERE generation = ?1 AND distinct_id IN "
      "(SELECT distinct_id FROM member WHERE generation = ?1 LIMIT ?2)",
      *dead, kRowsPerStep);
  if (database.changed_rows() > 0) return true;
  database.run(
      "DELETE FROM undo WHERE generation = ?1 AND distinct_id IN "
      "(SELECT distinct_id FROM undo WHERE generation = ?1 LIMIT ?2)",
      *dead, kRowsPerStep);
  if (database.changed_rows() == 0) database.run("DELETE FROM generation WHERE id = ?1", *dead);
  return true;
}

/// A run that is begun again may need pages of the attempt before, so they stay for a while.
bool sweep_bodies(Database& database, Timestamp before) {
  const auto session = first_integer(
      database.query("SELECT ref FROM session WHERE has_bodies = 1 AND last_page_at < ?1 AND waiting = 0 "
                     "AND state <> 'receiving' LIMIT 1",
                     to_unix_ms(before)));
  if (!session) return false;
  database.run(
      "DELETE FROM page_body WHERE page_ref IN (SELECT page_ref FROM page_body WHERE page_ref IN (SELECT ref "
      "FROM page WHERE session_ref = ?1) LIMIT ?2)",
      *session, kBodiesPerStep);
  if (database.changed_rows() < kBodiesPerStep)
    database.run("UPDATE session SET has_bodies = 0 WHERE ref = ?1", *session);
  return true;
}

bool sweep_sessions(Database& database, Timestamp before) {
  std::vector<std::int64_t> old;
  {
    auto query = database.query(
        "SELECT ref FROM session WHERE last_page_at < ?1 AND state <> 'receiving' AND open = 0 "
        "AND waiting = 0 AND has_bodies = 0 AND ref NOT IN (SELECT session_ref FROM undo_sweep) "
        "ORDER BY last_page_at LIMIT ?2",
        to_unix_ms(before), kSessionsPerStep);
    while (query.next()) old.push_back(query.integer(0));
  }
  for (const std::int64_t ref : old) {
    database.run("DELETE FROM page WHERE session_ref = ?1", ref);
    database.run("DELETE FROM session WHERE ref = ?1", ref);
  }
  return !old.empty();
}

}  // namespace

Merger::Merger(Database& reader, Transact transact, const Options& options)
    : reader_(reader), transact_(std::move(transact)), options_(options) {}

std::optional<Session> Merger::merge_next(Timestamp now) {
  const std::optional<Session> session = longest_waiting(reader_);
  if (!session) return std::nullopt;
  try {
    merge(*session, now);
  } catch (const DamagedPage& damage) {
    transact_([&](Database& database) {
      Session damaged = load_session(database, session->ref);
      fail_damaged(database, damaged, damage);
    });
  }
  return load_session(reader_, session->ref);
}

void Merger::merge(const Session& session, Timestamp now) {
  bool applied = false;
  transact_([&](Database& database) {
    Session current = load_session(database, session.ref);
    const Cohort cohort = load_cohort(database, current.cohort_ref);
    applied = !current.waiting || apply_small(database, cohort, current, nullptr, options_, now);
  });
  if (!applied) rebuild(session, now);
}

void Merger::rebuild(const Session& session, Timestamp now) {
  MentionSorter mentions = is_over(session.state) ? MentionSorter(options_.spill_dir, options_.sort_bytes)
                                                  : collect_mentions(reader_, session, nullptr, options_);
  mentions.finish();
  std::optional<Rebuild> rebuild;
  transact_([&](Database& database) {
    rebuild.emplace(database, begin_application(database, load_cohort(database, session.cohort_ref), session,
                                                nullptr, options_, now));
  });
  if (rebuild->needs_weighing()) {
    for (auto batch = mentions.next_batch(kBatchMentions); !batch.empty();
         batch = mentions.next_batch(kBatchMentions)) {
      transact_([&](Database& database) { rebuild->weigh_batch(database, batch); });
    }
    rebuild->end_weighing();
    mentions.rewind();
  }
  // While the writer merges one batch, the next one is read and decoded.
  auto batch = mentions.next_batch(kBatchMentions);
  while (!batch.empty()) {
    auto following =
        std::async(std::launch::async, [&mentions] { return mentions.next_batch(kBatchMentions); });
    for (bool merged = false; !merged;) {
      transact_([&](Database& database) { merged = rebuild->step(database, batch); });
    }
    batch = following.get();
  }
  for (bool ended = false; !ended;) {
    transact_([&](Database& database) { ended = rebuild->step_to_end(database); });
  }
  transact_([&](Database& database) { rebuild->finish(database, options_, now); });
}

bool Merger::collect_garbage(Timestamp now) {
  bool worked = false;
  transact_([&](Database& database) {
    worked = sweep_undo(database) || sweep_generation(database) ||
             sweep_bodies(database, now - options_.keep_bodies) ||
             feed::trim(database, now - options_.keep_feed, kBatchesPerStep) > 0 ||
             sweep_sessions(database, now - options_.keep_sessions);
  });
  return worked;
}

}  // namespace bellwether::mirror
