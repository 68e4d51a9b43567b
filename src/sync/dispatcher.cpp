#include "sync/dispatcher.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "base/clock_watch.hpp"
#include "base/guarded.hpp"
#include "base/log.hpp"
#include "base/planned_time.hpp"
#include "registry/destinations.hpp"
#include "storage/clock_times.hpp"
#include "sync/schedule.hpp"
#include "sync/worker.hpp"

namespace bellwether::sync {

namespace {

/// How often the schedule is looked at when nothing pokes.
constexpr Millis kTick = std::chrono::milliseconds(500);
constexpr Millis kTrimEvery = std::chrono::hours(1);
constexpr std::size_t kTrimmedAtOnce = 100;
constexpr const char* kClockName = "sync runs";
/// How long a destination rests after a run was cut off by an exception.
constexpr Millis kCutOffPause = std::chrono::seconds(2);

Candidate candidate_of(storage::Database& database, const registry::Sync& sync, Timestamp now,
                       Millis interval) {
  const auto destination = registry::find_destination(database, sync.destination_id);
  return {.sync_id = sync.id,
          .destination_id = sync.destination_id,
          .active = sync.state == registry::SyncState::kActive,
          .enabled = destination && destination->enabled,
          .interrupted = find_open_run(database, sync.id).has_value(),
          .due_at = due_time(sync.next_run_at, now, interval)};
}

}  // namespace

struct Dispatcher::Impl {
  Impl(const DispatcherOptions& given, const Parts& of, Observers observing)
      : options(given), parts(of), observers(std::move(observing)) {}

  /// A run's thread.
  struct Job {
    std::int64_t sync_id = 0;
    std::atomic<bool> stopped = false;  ///< by a person
    std::atomic<bool> done = false;
    std::thread thread;
  };

  const DispatcherOptions options;
  const Parts parts;
  const Observers observers;

  std::mutex mutex;
  std::condition_variable wake;
  bool poked = false;
  std::atomic<bool> stopping = false;
  std::map<std::int64_t, std::unique_ptr<Job>> jobs;  ///< by destination
  std::thread thread;
  std::optional<ClockWatch> clock;
  std::optional<ClockWatch::Steady::time_point> trimmed_at;

  void run() {
    while (!stopping) {
      guarded("the schedule of syncs cannot be followed", [this] {
        collect();
        begin_due();
      });
      guarded("old sync runs cannot be removed", [this] { trim_when_due(); });
      std::unique_lock lock(mutex);
      wake.wait_for(lock, kTick, [this] { return poked || stopping.load(); });
      poked = false;
    }
  }

  /// Joins the threads of runs that ended.
  void collect() {
    std::vector<std::unique_ptr<Job>> ended;
    {
      const std::scoped_lock lock(mutex);
      for (auto job = jobs.begin(); job != jobs.end();) {
        if (!job->second->done) {
          ++job;
          continue;
        }
        ended.push_back(std::move(job->second));
        job = jobs.erase(job);
      }
    }
    for (const auto& job : ended) job->thread.join();
  }

  void begin_due() {
    const Timestamp now = system_now();
    std::vector<Candidate> candidates;
    {
      const auto reader = parts.readers.borrow();
      for (const registry::Sync& sync : registry::list_syncs(*reader, ""))
        candidates.push_back(candidate_of(*reader, sync, now, options.interval));
    }
    const std::scoped_lock lock(mutex);
    std::set<std::int64_t> busy;
    for (const auto& [destination_id, job] : jobs) busy.insert(destination_id);
    const std::size_t free = options.parallel - std::min(options.parallel, jobs.size());
    for (const Candidate& due : choose_due(candidates, busy, now, free)) begin(due);
  }

  /// With the lock held. The job is in the list only once its thread runs, which waits for the lock.
  void begin(const Candidate& due) {
    auto job = std::make_unique<Job>();
    job->sync_id = due.sync_id;
    auto& place = jobs[due.destination_id];
    try {
      job->thread = std::thread([this, running = job.get()] { carry(*running); });
    } catch (...) {
      jobs.erase(due.destination_id);
      throw;
    }
    place = std::move(job);
  }

  void carry(Job& job) {
    const bool whole = guarded("a sync run was cut off; it is taken up again", [&] {
      Worker worker(options, parts, observers, {stopping, job.stopped, mutex, wake});
      worker.run(job.sync_id);
    });
    if (!whole) {
      std::unique_lock lock(mutex);
      wake.wait_for(lock, kCutOffPause, [this] { return stopping.load(); });
    }
    job.done = true;
    poke();
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

  void poke() {
    {
      const std::scoped_lock lock(mutex);
      poked = true;
    }
    wake.notify_all();
  }
};

Dispatcher::Dispatcher(const DispatcherOptions& options, const Parts& parts, Observers observers)
    : impl_(std::make_unique<Impl>(options, parts, std::move(observers))) {}

Dispatcher::~Dispatcher() {
  stop();
}

void Dispatcher::start() {
  impl_->parts.ledger.keep_only_pages(open_change_sets(*impl_->parts.readers.borrow()));
  impl_->thread = std::thread([this] { impl_->run(); });
}

void Dispatcher::poke() {
  impl_->poke();
}

void Dispatcher::stop_run(std::int64_t sync_id) {
  {
    const std::scoped_lock lock(impl_->mutex);
    for (const auto& [destination_id, job] : impl_->jobs) {
      if (job->sync_id == sync_id) job->stopped = true;
    }
  }
  impl_->wake.notify_all();
}

void Dispatcher::stop() {
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_all();
  if (impl_->thread.joinable()) impl_->thread.join();
  for (const auto& [destination_id, job] : impl_->jobs) {
    if (job->thread.joinable()) job->thread.join();
  }
}

}  // namespace bellwether::sync
