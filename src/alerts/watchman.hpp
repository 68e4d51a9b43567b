#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "alerts/evaluator.hpp"

namespace bellwether::alerts {

/// Runs the evaluator every few seconds, and forgets old history. Owns its thread.
class Watchman {
 public:
  struct Options {
    Millis every = std::chrono::seconds(5);
    Millis keep = std::chrono::days(90);  ///< history and ended notifications
  };
  using OnRound = std::function<void(const Evaluator::Round&)>;

  Watchman(const Options& options, Evaluator& evaluator, storage::GroupCommit& writer, OnRound on_round);
  ~Watchman();
  Watchman(const Watchman&) = delete;
  Watchman& operator=(const Watchman&) = delete;

  void start();
  /// Waits for the round that is going on. Idempotent.
  void stop();

 private:
  void run();
  void trim(Timestamp now);

  const Options options_;
  Evaluator& evaluator_;
  storage::GroupCommit& writer_;
  const OnRound on_round_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  Timestamp trimmed_at_ = from_unix_ms(0);
  std::thread thread_;
};

}  // namespace bellwether::alerts
