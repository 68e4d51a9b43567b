#include "alerts/alert_scheduler.hpp"

#include <algorithm>

#include "alerts/history.hpp"
#include "alerts/notification.hpp"
#include "base/guarded.hpp"
#include "storage/clock_times.hpp"

namespace bellwether::alerts {

namespace {
/// The longest time between two rounds when nothing wakes it: what is due by the wall clock is not missed for longer
/// when somebody sets that clock.
constexpr Millis kPeriod = std::chrono::seconds(10);
constexpr Millis kTrimEvery = std::chrono::hours(1);
constexpr std::size_t kTrimmedAtOnce = 1000;
constexpr const char* kClockName = "alert history";
}  // namespace

AlertScheduler::AlertScheduler(const Options& options, Evaluator& evaluator, const Storage& storage,
                               OnRound on_round)
    : options_(options),
      evaluator_(evaluator),
      writer_(storage.writer),
      readers_(storage.readers),
      on_round_(std::move(on_round)),
      loop_({.name = "alerts", .period = std::max(options.every, kPeriod), .first_pause = options.every},
            [this] { return work(); }) {}

AlertScheduler::~AlertScheduler() {
  stop();
}

Millis AlertScheduler::work() {
  // Old history goes also while alerts cannot be judged.
  guarded("the history of alerts cannot be trimmed", [this] { trim_when_due(); });
  const Timestamp now = system_now();
  const Evaluator::Round round = evaluator_.run(now);
  on_round_(round);
  if (round.failed_reports > 0) return options_.every;
  return round.next_at ? std::max(options_.every, *round.next_at - now) : Loop::kIdle;
}

void AlertScheduler::trim_when_due() {
  const auto steady = ClockWatch::Steady::now();
  if (trimmed_at_ && steady - *trimmed_at_ < kTrimEvery) return;
  if (!clock_) clock_.emplace(storage::find_clock(*readers_.borrow(), kClockName));
  const auto now = clock_->look(system_now(), steady);
  if (now && !trim(*now)) return;
  trimmed_at_ = steady;
}

/// False when storage does not take it.
bool AlertScheduler::trim(Timestamp now) {
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
