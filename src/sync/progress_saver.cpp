#include "sync/progress_saver.hpp"

#include <utility>

namespace bellwether::sync {

namespace {

constexpr std::size_t kBytes = 1024;

auto store(Run run, std::vector<Attempt> attempts, Millis interval) {
  return [run = std::move(run), attempts = std::move(attempts), interval](storage::Database& database) {
    if (run.ended()) {
      finish_run(database, run, interval);
    } else {
      save_run(database, run);
    }
    for (const Attempt& attempt : attempts) add_attempt(database, attempt);
  };
}

}  // namespace

ProgressSaver::~ProgressSaver() {
  std::unique_lock lock(mutex_);
  wait_until_idle(lock);
}

void ProgressSaver::add_attempt(Attempt attempt) {
  const std::scoped_lock lock(mutex_);
  attempts_.push_back(std::move(attempt));
}

void ProgressSaver::save_soon(const Run& run) {
  const std::scoped_lock lock(mutex_);
  pending_ = run;
  if (!in_flight_) submit_pending();
}

bool ProgressSaver::save_now(const Run& run) {
  std::unique_lock lock(mutex_);
  pending_.reset();
  wait_until_idle(lock);
  auto attempts = std::exchange(attempts_, {});
  lock.unlock();
  return writer_.run(store(run, std::move(attempts), interval_)).has_value();
}

/// With the lock held.
void ProgressSaver::submit_pending() {
  const Run run = *std::exchange(pending_, std::nullopt);
  in_flight_ = writer_.submit(kBytes, store(run, std::exchange(attempts_, {}), interval_),
                              [this](const storage::CommitResult&) { committed(); });
}

/// On the writer's thread.
void ProgressSaver::committed() {
  const std::scoped_lock lock(mutex_);
  in_flight_ = false;
  if (pending_) submit_pending();
  if (!in_flight_) idle_.notify_all();
}

void ProgressSaver::wait_until_idle(std::unique_lock<std::mutex>& lock) {
  idle_.wait(lock, [this] { return !in_flight_; });
}

}  // namespace bellwether::sync
