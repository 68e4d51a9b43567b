#pragma once

#include <functional>

#include "alerts/evaluator.hpp"
#include "base/clock_watch.hpp"
#include "base/loop.hpp"
#include "storage/reader_pool.hpp"

namespace bellwether::alerts {

/// Runs the evaluator when a bucket of an alert is complete, and forgets old history, by a clock that was right for a
/// while. Owns its thread.
class AlertScheduler {
 public:
  struct Options {
    Millis every = std::chrono::seconds(5);  ///< at most; and again after a report could not be computed
    Millis keep = std::chrono::days(90);     ///< history and ended notifications
  };
  using OnRound = std::function<void(const Evaluator::Round&)>;

  struct Storage {
    storage::GroupCommit& writer;
    storage::ReaderPool& readers;
  };

  /// Evaluator and storage outlive it.
  AlertScheduler(const Options& options, Evaluator& evaluator, const Storage& storage, OnRound on_round);
  ~AlertScheduler();
  AlertScheduler(const AlertScheduler&) = delete;
  AlertScheduler& operator=(const AlertScheduler&) = delete;

  void start() { loop_.start(); }
  /// An alert was made or changed: a bucket may be due. Any thread.
  void wake() { loop_.wake(); }
  /// Waits for the round that is going on. Idempotent.
  void stop() { loop_.stop(); }

 private:
  Millis work();
  void trim_when_due();
  bool trim(Timestamp now);

  const Options options_;
  Evaluator& evaluator_;
  storage::GroupCommit& writer_;
  storage::ReaderPool& readers_;
  const OnRound on_round_;
  std::optional<ClockWatch> clock_;
  std::optional<ClockWatch::Steady::time_point> trimmed_at_;
  Loop loop_;
};

}  // namespace bellwether::alerts
