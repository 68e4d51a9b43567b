#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bellwether::publisher {

/// The threads that answer calls. Calls wait for the event engine and for other people's endpoints, so they
/// do not run on the listener's own threads, which must go on answering probes. Owns its threads.
class CallPool {
 public:
  using Call = std::move_only_function<void()>;

  /// At most `most_waiting` calls wait while all threads are busy.
  CallPool(std::size_t threads, std::size_t most_waiting);
  ~CallPool();
  CallPool(const CallPool&) = delete;
  CallPool& operator=(const CallPool&) = delete;

  /// False, with nothing taken, when too many wait or the pool was stopped.
  bool submit(Call&& call);

  /// Drops the calls that wait, and waits for those that run. Idempotent.
  void stop();

 private:
  void run();

  const std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Call> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace bellwether::publisher
