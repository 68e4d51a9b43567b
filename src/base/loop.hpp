#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "base/time.hpp"

namespace bellwether {

/// A background thread that does one round of work again and again until it is stopped.
///
///     Loop loop({.name = "merger", .period = std::chrono::seconds(2)}, [this] { return merge(); });
///     loop.start();
///     loop.wake();   // from any thread: there is work
///     loop.stop();
///
/// Whatever a round throws is survived, in one way for all threads of the program: each cause is logged once, and
/// the next round begins after a pause that doubles with each failure. A wake-up does not shorten that pause, so
/// that work which fails again and again does not fill the processor and the log.
class Loop {
 public:
  /// For a round's result: there is more to do now; there is nothing to do until somebody wakes the loop.
  static constexpr Millis kAgain{0};
  static constexpr Millis kIdle = Millis::max();

  struct Options {
    std::string name;          ///< the thread's, in logs and in the system's tools (which show 15 characters)
    Millis period = kIdle;     ///< the longest time between two rounds
    Millis first_pause{1000};  ///< after a round that threw
    Millis max_pause{60'000};  ///< after many that threw one after another
  };
  /// One round. Returns how long the next may wait.
  using Round = std::function<Millis()>;

  /// `finish` runs once on the thread after the last round, for example to write what is still queued.
  Loop(Options options, Round round, std::function<void()> finish = nullptr);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// The first round begins at once. To be called once at most.
  void start();

  /// The next round begins as soon as the one that is running ends; no wake-up is lost. Any thread.
  void wake();

  /// Ends the thread after the round that is running, and waits for it. Idempotent, also before `start`. Any thread
  /// but the loop's own.
  void stop();

  /// Asks for the end without waiting for it; `stop` must follow. Any thread.
  void request_stop();

  /// Any thread; a long round looks at it between its steps.
  bool stopping() const { return stop_.stop_requested(); }

  /// Within a round: waits, but no longer than until the loop is stopped. False when it was.
  bool pause(Millis time);

 private:
  using Steady = std::chrono::steady_clock;
  void run();
  /// Runs one round; returns how long to wait, and whether a wake-up ends the wait.
  struct Wait {
    Millis time;
    bool ends_by_wake;
  };
  Wait attempt();
  void note_failure(const char* why) noexcept;
  void note_success() noexcept;

  const Options options_;
  const Round round_;
  const std::function<void()> finish_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  std::stop_source stop_;

  // On the thread alone:
  std::string cause_;  ///< of the last failure; empty after a round that went well
  std::size_t failures_ = 0;

  std::jthread thread_;
};

}  // namespace bellwether
