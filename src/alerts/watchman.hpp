#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "alerts/evaluator.hpp"
#include "base/clock_watch.hpp"
#include "storage/reader_pool.hpp"

namespace bellwether::alerts {

/// Runs the evaluator every few seconds, and forgets old history, by a clock that was right for a while. Owns
/// its thread, which goes on whatever a round throws.
class Watchman {
 public:
  struct Options {
    Millis every = std::chrono::seconds(5);
    Millis keep = std::chrono::days(90);  ///< history and ended notifications
  };
  using OnRound = std::function<void(const Evaluator::Round&)>;

  struct Storage {
    storage::GroupCommit& writer;
    storage::ReaderPool& readers;
  };

  /// Evaluator and storage outlive it.
  Watchman(const Options& options, Evaluator& evaluator, const Storage& storage, OnRound on_round);
  ~Watchman();
  Watchman(const Watchman&) = delete;
  Watchman& operator=(const Watchman&) = delete;

  void start();
  /// Waits for the round that is going on. Idempotent.
  void stop();

 private:
  void run();
  void trim_when_due();
  bool trim(Timestamp now);

  const Options options_;
  Evaluator& evaluator_;
  storage::GroupCommit& writer_;
  storage::ReaderPool& readers_;
  const OnRound on_round_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::optional<ClockWatch> clock_;
  std::optional<ClockWatch::Steady::time_point> trimmed_at_;
  std::thread thread_;
};

}  // namespace bellwether::alerts
