#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "base/guarded.hpp"
#include "base/loop.hpp"
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
      : limits_(limits),
        write_(std::move(write)),
        loop_({.name = "batches"}, [this] { return write_next(); }, [this] { finish(); }) {
    loop_.start();
  }
  ~BatchQueue() { stop(); }
  BatchQueue(const BatchQueue&) = delete;
  BatchQueue& operator=(const BatchQueue&) = delete;

  /// False, and nothing taken, when the queue is full or stopped.
  bool push(std::size_t bytes, Item item) {
    {
      const std::scoped_lock lock(mutex_);
      if (stopping_ || (queued_bytes_ > 0 && queued_bytes_ + bytes > limits_.queued_bytes)) return false;
      queued_bytes_ += bytes;
      queue_.push_back({bytes, std::move(item), Steady::now()});
    }
    loop_.wake();
    return true;
  }

  /// What is queued now waits for no more company.
  void hurry() {
    {
      const std::scoped_lock lock(mutex_);
      hurried_ = !queue_.empty();
    }
    loop_.wake();
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
      if (bound != Millis::max()) drop_at_ = Steady::now() + bound;
    }
    loop_.stop();
  }

 private:
  using Steady = std::chrono::steady_clock;
  struct Queued {
    std::size_t bytes;
    Item item;
    Steady::time_point at;
  };

  Millis write_next() {
    std::vector<Item> batch;
    {
      const std::scoped_lock lock(mutex_);
      if (const Millis wait = time_until_due(); wait > Loop::kAgain) return wait;
      batch = take();
    }
    write_guarded(std::move(batch));
    return Loop::kAgain;
  }

  /// Writes what is queued still, until the time for that is over.
  void finish() {
    for (;;) {
      std::vector<Item> batch;
      {
        const std::scoped_lock lock(mutex_);
        if (drop_at_ && Steady::now() >= *drop_at_) {
          queue_.clear();
          queued_bytes_ = 0;
        }
        batch = take();
      }
      if (batch.empty()) return;
      write_guarded(std::move(batch));
    }
  }

  void write_guarded(std::vector<Item> batch) {
    guarded("a batch could not be written", [&] { write_(std::move(batch)); });
  }

  /// With the lock held.
  Millis time_until_due() const {
    if (queue_.empty()) return Loop::kIdle;
    if (hurried_ || queued_bytes_ >= limits_.batch_bytes) return Loop::kAgain;
    const auto age = std::chrono::floor<Millis>(Steady::now() - queue_.front().at);
    return std::max(limits_.delay - age, Loop::kAgain);
  }

  /// With the lock held: the oldest, as much as goes into one batch.
  std::vector<Item> take() {
    std::vector<Item> batch;
    std::size_t bytes = 0;
    while (!queue_.empty() && (batch.empty() || bytes + queue_.front().bytes <= limits_.batch_bytes)) {
      bytes += queue_.front().bytes;
      batch.push_back(std::move(queue_.front().item));
      queue_.pop_front();
    }
    queued_bytes_ -= bytes;
    hurried_ = hurried_ && !queue_.empty();
    return batch;
  }

  const BatchLimits limits_;
  const Write write_;
  mutable std::mutex mutex_;
  std::deque<Queued> queue_;
  std::size_t queued_bytes_ = 0;
  bool hurried_ = false;
  bool stopping_ = false;
  std::optional<Steady::time_point> drop_at_;
  Loop loop_;
};

}  // namespace bellwether::ingestion
