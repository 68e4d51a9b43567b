#include "alerts/watchman.hpp"

#include "alerts/history.hpp"
#include "alerts/notification.hpp"
#include "base/guarded.hpp"
#include "storage/clock_times.hpp"

namespace bellwether::alerts {

namespace {
constexpr Millis kTrimEvery = std::chrono::hours(1);
constexpr std::size_t kTrimmedAtOnce = 1000;
constexpr const char* kClockName = "alert history";
}  // namespace

Watchman::Watchman(const Options& options, Evaluator& evaluator, const Storage& storage, OnRound on_round)
    : options_(options),
      evaluator_(evaluator),
      writer_(storage.writer),
      readers_(storage.readers),
      on_round_(std::move(on_round)) {}

Watchman::~Watchman() {
  stop();
}

void Watchman::start() {
  thread_ = std::thread([this] { run(); });
}

void Watchman::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Watchman::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    guarded("alerts cannot be judged", [this] { on_round_(evaluator_.run(system_now())); });
    guarded("the history of alerts cannot be trimmed", [this] { trim_when_due(); });
    lock.lock();
    wake_.wait_for(lock, options_.every, [this] { return stopping_; });
  }
}

void Watchman::trim_when_due() {
  const auto steady = ClockWatch::Steady::now();
  if (trimmed_at_ && steady - *trimmed_at_ < kTrimEvery) return;
  if (!clock_) clock_.emplace(storage::find_clock(*readers_.borrow(), kClockName));
  const auto now = clock_->look(system_now(), steady);
  if (now && !trim(*now)) return;
  trimmed_at_ = steady;
}

/// False when storage does not take it.
bool Watchman::trim(Timestamp now) {
  bool more = true;
  while (more) {
    const auto committed = writer_.run([&](storage::Database& database) {
      const bool events = trim_events(database, now - options_.keep, kTrimmedAtOnce);
      const bool notifications = trim_notifications(database, now - options_.keep, kTrimmedAtOnce);
      more = events || notifications;
      storage::store_clock(database, kClockName, now);
    });
    if (!committed) return false;
  }
  return true;
}

}  // namespace bellwether::alerts
