#include "sync/dispatcher.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

#include "base/clock_watch.hpp"
#include "base/guarded.hpp"
#include "base/log.hpp"
#include "base/loop.hpp"
#include "storage/clock_times.hpp"
#include "sync/schedule.hpp"
#include "sync/worker.hpp"

namespace bellwether::sync {

namespace {

/// The longest time between two looks at the schedule when nothing wakes it: what is due by the wall clock is not missed
/// for longer when somebody sets that clock.
constexpr Millis kPeriod = std::chrono::seconds(10);
constexpr Millis kTrimEvery = std::chrono::hours(1);
constexpr std::size_t kTrimmedAtOnce = 100;
constexpr const char* kClockName = "sync runs";
/// How long a destination rests after a run was cut off by an exception.
constexpr Millis kCutOffPause = std::chrono::seconds(2);

}  // namespace

struct Dispatcher::Impl {
  Impl(const DispatcherOptions& given, const Parts& of, Observers observing)
      : options(given), parts(of), observers(std::move(observing)) {}

  /// A run that is under way, on a thread of its own.
  struct Job {
    std::int64_t sync_id = 0;
    std::atomic<bool> stopped = false;  ///< by a person
    std::atomic<bool> done = false;
    std::unique_ptr<Loop> loop;
  };

  const DispatcherOptions options;
  const Parts parts;
  const Observers observers;

  std::mutex mutex;
  std::condition_variable interrupted;  ///< told when a run is to end before its time
  std::atomic<bool> stopping = false;
  std::map<std::int64_t, std::unique_ptr<Job>> jobs;  ///< by destination
  std::optional<ClockWatch> clock;
  std::optional<ClockWatch::Steady::time_point> trimmed_at;
  Loop loop{{.name = "sync schedule", .period = kPeriod}, [this] { return follow_schedule(); }};

  Millis follow_schedule() {
    guarded("old sync runs cannot be removed", [this] { trim_when_due(); });
    collect();
    const Timestamp now = system_now();
    const auto candidates = list_candidates(*parts.readers.borrow(), now, options.interval);
    begin_due(candidates, now);
    const auto next = next_due(candidates, now);
    return next ? *next - now : Loop::kIdle;
  }

  /// Ends the threads of runs that ended.
  void collect() {
    std::vector<std::unique_ptr<Job>> ended;
    const std::scoped_lock lock(mutex);
    for (auto job = jobs.begin(); job != jobs.end();) {
      if (job->second->done) {
        ended.push_back(std::move(job->second));
        job = jobs.erase(job);
      } else {
        ++job;
      }
    }
  }

  void begin_due(const std::vector<Candidate>& candidates, Timestamp now) {
    const std::scoped_lock lock(mutex);
    std::set<std::int64_t> busy;
    for (const auto& [destination_id, job] : jobs) busy.insert(destination_id);
    const std::size_t free = options.parallel - std::min(options.parallel, jobs.size());
    for (const Candidate& due : choose_due(candidates, busy, now, free)) begin(due);
  }

  /// With the lock held. Nothing can fail once the thread runs, which may wait for the lock.
  void begin(const Candidate& due) {
    auto job = std::make_unique<Job>();
    job->sync_id = due.sync_id;
    job->loop = std::make_unique<Loop>(Loop::Options{.name = "sync run", .first_pause = kCutOffPause},
                                       [this, running = job.get()] { return carry(*running); });
    const auto place = jobs.emplace(due.destination_id, std::move(job)).first;
    try {
      place->second->loop->start();
    } catch (...) {
      jobs.erase(place);
      throw;
    }
  }

  /// A run that is cut off by an exception is taken up again by its loop.
  Millis carry(Job& job) {
    Worker worker(options, parts, observers, {stopping, job.stopped, mutex, interrupted});
    worker.run(job.sync_id);
    job.done = true;
    loop.wake();
    return Loop::kIdle;
  }

  void trim_when_due() {
    const auto steady = ClockWatch::Steady::now();
    if (trimmed_at && steady - *trimmed_at < kTrimEvery) return;
    if (!clock) clock.emplace(storage::find_clock(*parts.readers.borrow(), kClockName));
    const auto now = clock->look(system_now(), steady);
    trimmed_at = steady;
    if (now) trim(*now);
  }

  /// Drops the history that is too old.
  void trim(Timestamp now) {
    std::vector<OldRun> old;
    {
      const auto reader = parts.readers.borrow();
      old = old_runs(*reader, now - options.keep_runs, kTrimmedAtOnce);
      for (const OldRun& run : old) {
        const auto sync = registry::find_sync(*reader, run.sync_id);
        if (sync) drop_changes(sync->key, run.change_set);
      }
    }
    const auto trimmed = parts.writer.run([&](storage::Database& database) {
      for (const OldRun& run : old) remove_run(database, run.id);
      trim_attempts(database, options.keep_attempts);
      storage::store_clock(database, kClockName, now);
    });
    if (!trimmed) log::warn("old runs cannot be removed", {{"error", trimmed.error().message}});
  }

  void drop_changes(const std::string& sync_key, const std::string& change_set) {
    if (const auto gone = parts.ledger.drop_changes(sync_key, {change_set}); !gone)
      log::warn("a run's changes stay in the event engine", {{"error", gone.error().message}});
  }
};

Dispatcher::Dispatcher(const DispatcherOptions& options, const Parts& parts, Observers observers)
    : impl_(std::make_unique<Impl>(options, parts, std::move(observers))) {}

Dispatcher::~Dispatcher() {
  stop();
}

void Dispatcher::start() {
  impl_->parts.ledger.keep_only_pages(open_change_sets(*impl_->parts.readers.borrow()));
  impl_->loop.start();
}

void Dispatcher::wake() {
  impl_->loop.wake();
}

void Dispatcher::stop_run(std::int64_t sync_id) {
  {
    const std::scoped_lock lock(impl_->mutex);
    for (const auto& [destination_id, job] : impl_->jobs) {
      if (job->sync_id == sync_id) job->stopped = true;
    }
  }
  impl_->interrupted.notify_all();
}

void Dispatcher::stop() {
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->interrupted.notify_all();
  impl_->loop.stop();
  for (const auto& [destination_id, job] : impl_->jobs) job->loop->request_stop();
  for (const auto& [destination_id, job] : impl_->jobs) job->loop->stop();
}

}  // namespace bellwether::sync
