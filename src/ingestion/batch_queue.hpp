#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "base/time.hpp"

namespace bellwether::ingestion {

struct BatchLimits {
  std::size_t queued_bytes = 64UL << 20U;  ///< waiting; more is refused
  std::size_t batch_bytes = 16UL << 20U;   ///< written at once
  Millis delay{
      5};  ///< how long the first waits for company; while a batch is written the next gathers anyhow
};

/// What comes in at the same time is written together, by one thread, in the order in which it came. An
/// exception of `write` loses its batch, whose items are destroyed, and nothing else: the thread goes on with
/// the next.
template <typename Item>
class BatchQueue {
 public:
  using Write = std::function<void(std::vector<Item>)>;

  /// `write` is called on the queue's thread with what has gathered.
  BatchQueue(const BatchLimits& limits, Write write)
      : limits_(limits), write_(std::move(write)), thread_([this] { run(); }) {}
  ~BatchQueue() { stop(); }
  BatchQueue(const BatchQueue&) = delete;
  BatchQueue& operator=(const BatchQueue&) = delete;

  /// False, and nothing taken, when the queue is full or stopped.
  bool push(std::size_t bytes, Item item) {
    {
      const std::scoped_lock lock(mutex_);
      if (stopping_ || (queued_bytes_ > 0 && queued_bytes_ + bytes > limits_.queued_bytes)) return false;
      queued_bytes_ += bytes;
      queue_.push_back({bytes, std::move(item)});
    }
    wake_.notify_one();
    return true;
  }

  std::size_t queued_bytes() const {
    const std::scoped_lock lock(mutex_);
    return queued_bytes_;
  }

  /// Writes what is queued, for at most `bound`, drops the rest (nobody was told that it is written), and
  /// ends the thread when what it is writing is done. Idempotent.
  void stop(Millis bound = Millis::max()) {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
      if (bound != Millis::max()) drop_at_ = std::chrono::steady_clock::now() + bound;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

 private:
  struct Queued {
    std::size_t bytes;
    Item item;
  };

  void run() {
    for (;;) {
      std::vector<Item> batch = take();
      if (batch.empty()) return;
      try {
        write_(std::move(batch));
      } catch (const std::exception& error) {
        log::error("a batch could not be written", {{"error", error.what()}});
      }
    }
  }

  std::vector<Item> take() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    wake_.wait_for(lock, limits_.delay, [this] { return stopping_ || queued_bytes_ >= limits_.batch_bytes; });
    if (stopping_ && drop_at_ && std::chrono::steady_clock::now() >= *drop_at_) {
      queue_.clear();
      queued_bytes_ = 0;
    }
    std::vector<Item> batch;
    std::size_t bytes = 0;
    while (!queue_.empty() && (batch.empty() || bytes + queue_.front().bytes <= limits_.batch_bytes)) {
      bytes += queue_.front().bytes;
      batch.push_back(std::move(queue_.front().item));
      queue_.pop_front();
    }
    queued_bytes_ -= bytes;
    return batch;
  }

  const BatchLimits limits_;
  const Write write_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Queued> queue_;
  std::size_t queued_bytes_ = 0;
  bool stopping_ = false;
  std::optional<std::chrono::steady_clock::time_point> drop_at_;
  std::thread thread_;
};

}  // namespace bellwether::ingestion
