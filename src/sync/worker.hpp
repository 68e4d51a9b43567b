#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <random>

#include "registry/destinations.hpp"
#include "sync/active_run.hpp"
#include "sync/dispatcher.hpp"
#include "sync/progress_saver.hpp"

namespace bellwether::sync {

/// What ends a worker before its run does.
struct Interrupts {
  const std::atomic<bool>& stopping;  ///< the process stops: the run goes on later
  const std::atomic<bool>& stopped;   ///< a person stopped this run
  std::mutex& mutex;
  std::condition_variable& wake;  ///< told when either is set
};

/// Carries one run of a sync to its end, or until it is interrupted. Blocks; one thread.
class Worker {
 public:
  Worker(const DispatcherOptions& options, const Dispatcher::Parts& parts,
         const Dispatcher::Observers& observers, const Interrupts& interrupts);

  void run(std::int64_t sync_id);

 private:
  struct Task {
    registry::Sync sync;
    registry::Destination destination;
    RunSubject subject;
    Run run;
  };
  std::optional<Task> take_up(std::int64_t sync_id);
  void carry(ActiveRun& active, const registry::Destination& destination);
  void send(ActiveRun& active, const contract::CohortPage& page, const registry::Destination& destination);
  void wait_until(Timestamp until);
  bool save(const Run& run, Durability durability);

  const DispatcherOptions& options_;
  const Dispatcher::Parts& parts_;
  const Dispatcher::Observers& observers_;
  const Interrupts interrupts_;
  net::HttpClient client_;
  std::mt19937_64 random_{std::random_device{}()};
  ProgressSaver saver_;
};

}  // namespace bellwether::sync
