#pragma once

#include <atomic>
#include <optional>

#include "base/clock_watch.hpp"
#include "base/loop.hpp"
#include "mirror/merger.hpp"
#include "mirror/mirror.hpp"
#include "storage/group_commit.hpp"
#include "storage/reader_pool.hpp"
#include "subscriber/options.hpp"

namespace bellwether::subscriber {

/// The thread beside the intake: merges large sessions, gives up unfinished ones, removes what is too old,
/// and finds out when a failing disk takes writes again.
///
/// What goes by age goes by a `ClockWatch`: a wall clock that is wrong for a moment removes nothing and gives
/// nothing up.
class MaintenanceLoop {
 public:
  /// All references outlive it.
  MaintenanceLoop(const Options& options, const mirror::Mirror& mirror, storage::GroupCommit& writer,
                  storage::ReaderPool& readers);
  ~MaintenanceLoop();
  MaintenanceLoop(const MaintenanceLoop&) = delete;
  MaintenanceLoop& operator=(const MaintenanceLoop&) = delete;

  void start() { loop_.start(); }
  /// A session waits to be merged. Any thread.
  void wake();
  /// Ends the thread after the step it is at; what it was merging is begun again at the next start.
  /// Idempotent.
  void stop() { loop_.stop(); }

 private:
  Millis work();
  void do_round();
  void merge_all(mirror::Merger& merger);
  std::optional<Timestamp> look_at_clock();
  void release_held_sessions(Timestamp now, mirror::Merger& merger);
  void expire_stale_sessions(Timestamp now);
  void collect_garbage(mirror::Merger& merger, std::optional<Timestamp> now);
  void probe_storage();

  const Options& options_;
  const mirror::Mirror& mirror_;
  storage::GroupCommit& writer_;
  storage::ReaderPool& readers_;

  // On the thread alone:
  std::optional<ClockWatch> clock_;
  std::optional<Timestamp> clock_stored_;

  std::atomic<bool> session_waits_ = false;
  Loop loop_;
};

}  // namespace bellwether::subscriber
