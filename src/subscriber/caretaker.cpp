#include "subscriber/caretaker.hpp"

#include "base/guarded.hpp"
#include "base/log.hpp"
#include "inbox/inbox.hpp"
#include "mirror/cohort_rows.hpp"
#include "storage/clock_times.hpp"
#include "subscriber/session_log.hpp"

namespace bellwether::subscriber {

namespace {

using storage::Database;
using storage::StorageError;

/// How often it looks round when nobody pokes it; also the pause after storage failed.
constexpr auto kRound = std::chrono::seconds(2);
constexpr std::size_t kGivenUpAtOnce = 16;
constexpr std::size_t kAlertsAtOnce = 1000;

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

Caretaker::Caretaker(const Options& options, const mirror::Mirror& mirror, storage::GroupCommit& writer,
                     storage::ReaderPool& readers)
    : options_(options), mirror_(mirror), writer_(writer), readers_(readers) {}

Caretaker::~Caretaker() {
  stop();
}

void Caretaker::start() {
  thread_ = std::thread([this] { work_until_stopped(); });
}

void Caretaker::poke() {
  {
    const std::scoped_lock lock(mutex_);
    poked_ = true;
  }
  wake_.notify_one();
}

void Caretaker::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool Caretaker::stopping() const {
  const std::scoped_lock lock(mutex_);
  return stopping_;
}

void Caretaker::work_until_stopped() {
  while (!stopping()) {
    // Stopping interrupts a merge by an exception.
    const bool failed = !guarded("merging or tidying failed, trying again", [this] {
      try {
        work();
      } catch (const StorageError&) {
        if (!stopping()) throw;
      }
    });
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, kRound, [&] { return stopping_ || (poked_ && !failed); });
    poked_ = false;
  }
}

void Caretaker::work() {
  const auto reader = readers_.borrow();
  mirror::Merger merger(
      *reader,
      [this](const std::function<void(Database&)>& step) {
        if (stopping()) throw StorageError(StorageError::Kind::kOther, "stopping");
        const storage::CommitResult done =
            writer_.run_background([&step](Database& database) { step(database); });
        if (!done) throw StorageError(done.error().kind, done.error().message);
      },
      mirror_.options());
  probe_storage();
  merge_all(merger);
  const auto now = look_at_clock();
  if (now) look_after(*now);
  tidy(merger, now);
}

/// The time that ages are counted to; no value while it is not known whether the clock is right.
std::optional<Timestamp> Caretaker::look_at_clock() {
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

void Caretaker::merge_all(mirror::Merger& merger) {
  while (const auto session = merger.merge_next(system_now())) {
    const auto reader = readers_.borrow();
    const mirror::Cohort cohort = mirror::load_cohort(*reader, session->cohort_ref);
    log_session(cohort.project_id, cohort.cohort_id, *session);
  }
}

void Caretaker::look_after(Timestamp now) {
  bool more = true;
  while (more && !stopping()) {
    const auto done = writer_.run_background(
        [&](Database& database) { more = mirror_.look_after(database, now, kGivenUpAtOnce); });
    if (!done) throw StorageError(done.error().kind, done.error().message);
  }
}

void Caretaker::tidy(mirror::Merger& merger, std::optional<Timestamp> now) {
  while (merger.tidy(now.value_or(kNoTime))) {
    // A session that waits goes first.
    const std::scoped_lock lock(mutex_);
    if (stopping_ || poked_) return;
  }
  if (!now) return;
  const auto done = writer_.run_background(
      [&](Database& database) { inbox::trim(database, *now - options_.keep_alerts, kAlertsAtOnce); });
  if (!done) throw StorageError(done.error().kind, done.error().message);
}

/// A failing disk shows that it is well again only when something is written.
void Caretaker::probe_storage() {
  if (!writer_.failing()) return;
  const auto done = writer_.run_background(
      [](Database& database) { database.run("UPDATE feed_position SET last_seq = last_seq"); });
  if (done) log::info("storage takes writes again");
}

}  // namespace bellwether::subscriber
