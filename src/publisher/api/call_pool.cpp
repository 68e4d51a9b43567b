#include "publisher/api/call_pool.hpp"

#include <algorithm>
#include <utility>

#include "base/guarded.hpp"

namespace bellwether::publisher {

CallPool::CallPool(std::size_t threads, std::size_t most_waiting) : most_waiting_(most_waiting) {
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i)
    threads_.emplace_back([this] { run(); });
}

CallPool::~CallPool() {
  stop();
}

bool CallPool::submit(Call&& call) {
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_ || waiting_.size() >= most_waiting_) return false;
    waiting_.push_back(std::move(call));
  }
  wake_.notify_one();
  return true;
}

void CallPool::stop() {
  std::deque<Call> dropped;
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    dropped.swap(waiting_);
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void CallPool::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    {
      Call call = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      guarded("a call of the private listener was cut off", call);
    }
    lock.lock();
  }
}

}  // namespace bellwether::publisher
