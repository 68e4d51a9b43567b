#include "sync/dispatcher.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "base/log.hpp"
#include "registry/destinations.hpp"
#include "sync/schedule.hpp"
#include "sync/worker.hpp"

namespace bellwether::sync {

namespace {

/// How often the schedule is looked at when nothing pokes.
constexpr Millis kTick = std::chrono::milliseconds(500);
constexpr Millis kTrimEvery = std::chrono::hours(1);
constexpr std::size_t kTrimmedAtOnce = 100;

Candidate candidate_of(storage::Database& database, const registry::Sync& sync) {
  const auto destination = registry::find_destination(database, sync.destination_id);
  return {.sync_id = sync.id,
          .destination_id = sync.destination_id,
          .active = sync.state == registry::SyncState::kActive,
          .enabled = destination && destination->enabled,
          .interrupted = find_open_run(database, sync.id).has_value(),
          .due_at = sync.next_run_at};
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
  Timestamp trimmed_at = from_unix_ms(0);

  void run() {
    while (!stopping) {
      collect();
      try {
        begin_due();
        if (system_now() - trimmed_at > kTrimEvery) trim();
      } catch (const storage::StorageError& error) {
        log::error("the schedule cannot be read", {{"error", error.what()}});
      }
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
    std::vector<Candidate> candidates;
    {
      const auto reader = parts.readers.borrow();
      for (const registry::Sync& sync : registry::list_syncs(*reader, ""))
        candidates.push_back(candidate_of(*reader, sync));
    }
    const std::scoped_lock lock(mutex);
    std::set<std::int64_t> busy;
    for (const auto& [destination_id, job] : jobs) busy.insert(destination_id);
    const std::size_t free = options.parallel - std::min(options.parallel, jobs.size());
    for (const Candidate& due : choose_due(candidates, busy, system_now(), free)) begin(due);
  }

  void begin(const Candidate& due) {
    auto& job = jobs[due.destination_id] = std::make_unique<Job>();
    job->sync_id = due.sync_id;
    job->thread = std::thread([this, running = job.get()] {
      Worker worker(options, parts, observers, {stopping, running->stopped, mutex, wake});
      try {
        worker.run(running->sync_id);
      } catch (const storage::StorageError& error) {
        // The run is as it was stored last, and is taken up again.
        log::error("a sync run was cut off", {{"sync", running->sync_id}, {"error", error.what()}});
      }
      running->done = true;
      poke();
    });
  }

  /// Drops the history that is too old.
  void trim() {
    trimmed_at = system_now();
    std::vector<OldRun> old;
    {
      const auto reader = parts.readers.borrow();
      old = old_runs(*reader, trimmed_at - options.keep_runs, kTrimmedAtOnce);
      for (const OldRun& run : old) {
        const auto sync = registry::find_sync(*reader, run.sync_id);
        if (sync) drop_changes(sync->key, run.change_set);
      }
    }
    const auto trimmed = parts.writer.run([&](storage::Database& database) {
      for (const OldRun& run : old) remove_run(database, run.id);
      trim_attempts(database, options.keep_attempts);
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
