#include "alerts/watchman.hpp"

#include "alerts/history.hpp"
#include "alerts/notification.hpp"
#include "base/log.hpp"

namespace bellwether::alerts {

namespace {
constexpr Millis kTrimEvery = std::chrono::hours(1);
constexpr std::size_t kTrimmedAtOnce = 1000;
}  // namespace

Watchman::Watchman(const Options& options, Evaluator& evaluator, storage::GroupCommit& writer,
                   OnRound on_round)
    : options_(options), evaluator_(evaluator), writer_(writer), on_round_(std::move(on_round)) {}

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
    try {
      const Timestamp now = system_now();
      on_round_(evaluator_.run(now));
      if (now - trimmed_at_ > kTrimEvery) trim(now);
    } catch (const storage::StorageError& error) {
      log::error("alerts cannot be read", {{"error", error.what()}});
    }
    lock.lock();
    wake_.wait_for(lock, options_.every, [this] { return stopping_; });
  }
}

void Watchman::trim(Timestamp now) {
  bool more = true;
  while (more) {
    const auto committed = writer_.run([&](storage::Database& database) {
      const bool events = trim_events(database, now - options_.keep, kTrimmedAtOnce);
      const bool notifications = trim_notifications(database, now - options_.keep, kTrimmedAtOnce);
      more = events || notifications;
    });
    if (!committed) return;
  }
  trimmed_at_ = now;
}

}  // namespace bellwether::alerts
