#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "net/egress_guard.hpp"
#include "net/http_client.hpp"
#include "storage/group_commit.hpp"
#include "storage/reader_pool.hpp"
#include "sync/engine_ledger.hpp"
#include "sync/run_store.hpp"

namespace bellwether::sync {

struct DispatcherOptions {
  Millis interval = std::chrono::minutes(30);  ///< from one start of a recurring sync to the next (contract)
  std::size_t parallel = 8;                    ///< destinations at once
  std::size_t most_members = 10'000'000;       ///< of a cohort (contract)
  std::size_t page_members = kPageMembers;     ///< in one call at most
  net::ClientTimeouts timeouts = {};           ///< of one page's request
  std::size_t response_bytes = 64UL << 10U;    ///< of an answer
  std::string ca_file = {};                    ///< trusted in place of the system's certificates
  Millis keep_runs = std::chrono::days(30);    ///< history, audits and their changes
  std::size_t keep_attempts = 50'000;          ///< of all syncs
};

/// Runs the syncs when they are due: a thread a destination while it has something to do. Owns its threads.
class Dispatcher {
 public:
  struct Observers {
    std::function<void(const Attempt&)> on_attempt;
    std::function<void(const registry::Sync&, const Run&)> on_ended;
  };
  struct Parts {
    storage::GroupCommit& writer;
    storage::ReaderPool& readers;
    EngineLedger& ledger;
    const net::EgressGuard& guard;
  };

  /// The parts outlive it.
  Dispatcher(const DispatcherOptions& options, const Parts& parts, Observers observers);
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  void start();
  /// Something may be due.
  void wake();
  /// Ends the sync's run, if it has one, at its next step.
  void stop_run(std::int64_t sync_id);
  /// Interrupts the runs, which go on when the process starts again. Idempotent.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bellwether::sync
