#pragma once

#include <memory>

#include "storage/group_commit.hpp"
#include "sync/run_store.hpp"

namespace bellwether::sync {

/// Stores a run's steps: at once, or within some milliseconds, so that sending does not wait for the disk.
/// While a step waits to be stored, a newer one takes its place; a process that dies has lost at most those
/// milliseconds.
class ProgressSaver {
 public:
  /// The writer outlives it. `interval`: see finish_run.
  ProgressSaver(storage::GroupCommit& writer, Millis interval);

  void add_attempt(Attempt attempt);
  void save_soon(const Run& run);
  /// On the disk when it returns true.
  bool save_now(const Run& run);

 private:
  /// Shared with what waits at the writer, which may come after this is gone.
  struct Waiting;

  storage::GroupCommit& writer_;
  const Millis interval_;
  const std::shared_ptr<Waiting> waiting_;
};

}  // namespace bellwether::sync
