#include "subscriber/maintenance_loop.hpp"

#include <tuple>

#include "inbox/inbox.hpp"
#include "mirror/cohort_rows.hpp"
#include "storage/clock_times.hpp"
#include "subscriber/session_log.hpp"

namespace bellwether::subscriber {

namespace {

using storage::Database;
using storage::StorageError;

/// Between two rounds when nobody wakes it; also the pause after storage failed.
constexpr Millis kRound = std::chrono::seconds(2);
constexpr std::size_t kGivenUpAtOnce = 16;
constexpr std::size_t kAlertsAtOnce = 1000;

/// As version 0.2 named it first: it is stored.
constexpr std::string_view kClockName = "caretaker";
/// How much older the stored time of the clock may be than the last look.
constexpr auto kStoreClockEvery = std::chrono::minutes(1);
/// Nothing is old at this time.
constexpr Timestamp kNoTime{};

/// Whether nothing has come yet, so that nothing can be removed by mistake.
bool is_empty(Database& database) {
  auto query = database.query("SELECT EXISTS (SELECT 1 FROM cohort) OR EXISTS (SELECT 1 FROM alert)");
  return query.next() && query.integer(0) == 0;
}

}  // namespace

MaintenanceLoop::MaintenanceLoop(const Options& options, const mirror::Mirror& mirror,
                                 storage::GroupCommit& writer, storage::ReaderPool& readers)
    : options_(options),
      mirror_(mirror),
      writer_(writer),
      readers_(readers),
      loop_({.name = "maintenance", .period = kRound, .first_pause = kRound}, [this] { return work(); }) {}

MaintenanceLoop::~MaintenanceLoop() {
  stop();
}

void MaintenanceLoop::wake() {
  session_waits_ = true;
  loop_.wake();
}

Millis MaintenanceLoop::work() {
  session_waits_ = false;
  try {
    do_round();
  } catch (const StorageError&) {
    if (!loop_.stopping()) throw;  // stopping interrupts a merge by an exception
  }
  return Loop::kIdle;
}

void MaintenanceLoop::do_round() {
  const auto reader = readers_.borrow();
  mirror::Merger merger(
      *reader,
      [this](const std::function<void(Database&)>& step) {
        if (loop_.stopping()) throw StorageError(StorageError::Kind::kOther, "stopping");
        const storage::CommitResult done =
            writer_.run_background([&step](Database& database) { step(database); });
        if (!done) throw StorageError(done.error().kind, done.error().message);
      },
      mirror_.options());
  probe_storage();
  merge_all(merger);
  const auto now = look_at_clock();
  if (now) release_held_sessions(*now, merger);
  if (now) expire_stale_sessions(*now);
  collect_garbage(merger, now);
}

/// The time that ages are counted to; no value while it is not known whether the clock is right.
std::optional<Timestamp> MaintenanceLoop::look_at_clock() {
  if (!clock_) {
    const auto reader = readers_.borrow();
    clock_.emplace(is_empty(*reader) ? system_now() : storage::find_clock(*reader, kClockName));
  }
  const auto now = clock_->look(system_now(), ClockWatch::Steady::now());
  const bool stale =
      now && (!clock_stored_ || *now < *clock_stored_ || *now - *clock_stored_ > kStoreClockEvery);
  if (!stale) return now;
  const auto done =
      writer_.run_background([&](Database& database) { storage::store_clock(database, kClockName, *now); });
  if (!done) throw StorageError(done.error().kind, done.error().message);
  clock_stored_ = now;
  return now;
}

void MaintenanceLoop::merge_all(mirror::Merger& merger) {
  while (const auto session = merger.merge_next(system_now())) {
    const auto reader = readers_.borrow();
    const mirror::Cohort cohort = mirror::load_cohort(*reader, session->cohort_ref);
    log_session(cohort.project_id, cohort.cohort_id, *session);
  }
}

void MaintenanceLoop::release_held_sessions(Timestamp now, mirror::Merger& merger) {
  bool more = true;
  while (more && !loop_.stopping()) {
    const auto done = writer_.run_background(
        [&](Database& database) { more = mirror_.release_held_sessions(database, now, kGivenUpAtOnce); });
    if (!done) throw StorageError(done.error().kind, done.error().message);
    if (more) merge_all(merger);
  }
}

void MaintenanceLoop::expire_stale_sessions(Timestamp now) {
  bool more = true;
  while (more && !loop_.stopping()) {
    const auto done = writer_.run_background(
        [&](Database& database) { more = mirror_.expire_stale_sessions(database, now, kGivenUpAtOnce); });
    if (!done) throw StorageError(done.error().kind, done.error().message);
  }
}

void MaintenanceLoop::collect_garbage(mirror::Merger& merger, std::optional<Timestamp> now) {
  while (merger.collect_garbage(now.value_or(kNoTime))) {
    if (loop_.stopping() || session_waits_) return;  // a session that waits goes first
  }
  if (!now) return;
  const auto done = writer_.run_background(
      [&](Database& database) { inbox::trim(database, *now - options_.keep_alerts, kAlertsAtOnce); });
  if (!done) throw StorageError(done.error().kind, done.error().message);
}

/// A failing disk shows that it is well again only when something is written.
void MaintenanceLoop::probe_storage() {
  if (!writer_.failing()) return;
  std::ignore = writer_.run_background(
      [](Database& database) { database.run("UPDATE feed_position SET last_seq = last_seq"); });
}

}  // namespace bellwether::subscriber
