#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/loop.hpp"

namespace bellwether {

/// A few threads that run tasks in the order in which they come, and a queue with a limit before them. A task that
/// throws ends neither its thread nor another task.
class ThreadPool {
 public:
  using Task = std::move_only_function<void()>;

  struct Options {
    std::string name;  ///< of the threads, in logs and in the system's tools
    std::size_t threads = 1;
    std::size_t max_waiting = 256;  ///< tasks that wait while all threads are busy
  };

  explicit ThreadPool(const Options& options);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// False, with nothing taken, when too many wait or the pool was stopped. Any thread.
  bool submit(Task&& task);

  /// Drops the tasks that wait, and returns when those that run have ended. Idempotent.
  void stop();

 private:
  Millis run_one(std::size_t thread);

  const Options options_;
  std::mutex mutex_;
  std::deque<Task> waiting_;
  std::vector<std::size_t> idle_;  ///< threads that found nothing to do
  bool stopping_ = false;
  std::vector<std::unique_ptr<Loop>> threads_;
};

}  // namespace bellwether
