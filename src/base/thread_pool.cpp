#include "base/thread_pool.hpp"

#include <algorithm>
#include <utility>

#include "base/guarded.hpp"

namespace bellwether {

ThreadPool::ThreadPool(const Options& options) : options_(options) {
  const std::size_t count = std::max<std::size_t>(options.threads, 1);
  idle_.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    threads_.push_back(
        std::make_unique<Loop>(Loop::Options{.name = options.name}, [this, i] { return run_one(i); }));
  for (const auto& thread : threads_) thread->start();
}

ThreadPool::~ThreadPool() {
  stop();
}

bool ThreadPool::submit(Task&& task) {
  std::size_t free = threads_.size();
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_ || waiting_.size() >= options_.max_waiting) return false;
    waiting_.push_back(std::move(task));
    if (!idle_.empty()) {
      free = idle_.back();
      idle_.pop_back();
    }
  }
  if (free < threads_.size()) threads_[free]->wake();
  return true;
}

void ThreadPool::stop() {
  std::deque<Task> dropped;
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    dropped.swap(waiting_);
  }
  for (const auto& thread : threads_) thread->request_stop();
  for (const auto& thread : threads_) thread->stop();
}

Millis ThreadPool::run_one(std::size_t thread) {
  Task task;
  {
    const std::scoped_lock lock(mutex_);
    if (waiting_.empty()) {
      if (std::ranges::find(idle_, thread) == idle_.end()) idle_.push_back(thread);
      return Loop::kIdle;
    }
    task = std::move(waiting_.front());
    waiting_.pop_front();
  }
  guarded("a task of " + options_.name + " was cut off", task);
  return Loop::kAgain;
}

}  // namespace bellwether
