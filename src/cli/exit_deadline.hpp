#pragma once

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "base/log.hpp"
#include "base/time.hpp"

namespace bellwether::cli {

/// Ends the process at a time, whatever its threads are doing, unless it is destroyed before: so that SIGTERM
/// means what the configuration says. What was acknowledged is on the disk; what was not is for its sender to
/// repeat, as after a loss of power.
class ExitDeadline {
 public:
  explicit ExitDeadline(Millis after)
      : thread_([this, after] {
          std::unique_lock lock(mutex_);
          if (over_.wait_for(lock, after, [this] { return met_; })) return;
          log::error("did not stop in time, so the process ends now; what was acknowledged is stored",
                     {{"seconds", std::chrono::duration_cast<std::chrono::seconds>(after).count()}});
          std::_Exit(EXIT_FAILURE);
        }) {}
  ExitDeadline(const ExitDeadline&) = delete;
  ExitDeadline& operator=(const ExitDeadline&) = delete;
  ~ExitDeadline() {
    {
      const std::scoped_lock lock(mutex_);
      met_ = true;
    }
    over_.notify_all();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable over_;
  bool met_ = false;
  std::thread thread_;
};

}  // namespace bellwether::cli
