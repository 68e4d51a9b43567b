#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "base/clock_watch.hpp"
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
class Caretaker {
 public:
  /// All references outlive it.
  Caretaker(const Options& options, const mirror::Mirror& mirror, storage::GroupCommit& writer,
            storage::ReaderPool& readers);
  ~Caretaker();
  Caretaker(const Caretaker&) = delete;
  Caretaker& operator=(const Caretaker&) = delete;

  void start();
  /// Thread-safe: a session waits.
  void poke();
  /// Ends the thread after the step it is at; what it was merging is begun again at the next start.
  /// Idempotent.
  void stop();

 private:
  void work_until_stopped();
  void work();
  void merge_all(mirror::Merger& merger);
  std::optional<Timestamp> look_at_clock();
  void look_after(Timestamp now);
  void tidy(mirror::Merger& merger, std::optional<Timestamp> now);
  void probe_storage();
  bool stopping() const;

  const Options& options_;
  const mirror::Mirror& mirror_;
  storage::GroupCommit& writer_;
  storage::ReaderPool& readers_;

  // On the thread alone:
  std::optional<ClockWatch> clock_;
  std::optional<Timestamp> clock_stored_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool poked_ = true;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace bellwether::subscriber
