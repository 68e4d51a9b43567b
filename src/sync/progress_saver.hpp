#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

#include "storage/group_commit.hpp"
#include "sync/run_store.hpp"

namespace bellwether::sync {

/// Stores a run's steps: at once, or one commit behind, so that sending does not wait for the disk. While a
/// commit is on its way only the newest state waits for the next; a process that dies has lost at most that.
class ProgressSaver {
 public:
  /// The writer outlives it. `interval`: see finish_run.
  ProgressSaver(storage::GroupCommit& writer, Millis interval) : writer_(writer), interval_(interval) {}
  ~ProgressSaver();
  ProgressSaver(const ProgressSaver&) = delete;
  ProgressSaver& operator=(const ProgressSaver&) = delete;

  void add_attempt(Attempt attempt);
  void save_soon(const Run& run);
  /// On the disk when it returns true.
  bool save_now(const Run& run);

 private:
  void submit_pending();
  void committed();
  void wait_until_idle(std::unique_lock<std::mutex>& lock);

  storage::GroupCommit& writer_;
  const Millis interval_;
  std::mutex mutex_;
  std::condition_variable idle_;
  bool in_flight_ = false;
  std::optional<Run> pending_;
  std::vector<Attempt> attempts_;
};

}  // namespace bellwether::sync
