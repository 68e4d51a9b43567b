#include "base/loop.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <pthread.h>

#include "base/assertion.hpp"
#include "base/guarded.hpp"
#include "base/log.hpp"

namespace bellwether {

namespace {
constexpr std::size_t kSystemNameLength = 15;
constexpr std::size_t kMaxDoublings = 20;
}  // namespace

Loop::Loop(Options options, Round round, std::function<void()> finish)
    : options_(std::move(options)), round_(std::move(round)), finish_(std::move(finish)) {}

Loop::~Loop() {
  stop();
}

void Loop::start() {
  ASSERT(!thread_.joinable());
  thread_ = std::jthread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), options_.name.substr(0, kSystemNameLength).c_str());
}

void Loop::wake() {
  {
    const std::scoped_lock lock(mutex_);
    woken_ = true;
  }
  changed_.notify_all();
}

void Loop::request_stop() {
  {
    const std::scoped_lock lock(mutex_);
    stop_.request_stop();
  }
  changed_.notify_all();
}

void Loop::stop() {
  request_stop();
  if (!thread_.joinable()) return;
  thread_.join();
}

bool Loop::pause(Millis time) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, time, [this] { return stopping(); });
}

void Loop::run() {
  while (!stopping()) {
    const auto [time, ends_by_wake] = attempt();
    const auto is_over = [this, by_wake = ends_by_wake] { return stopping() || (by_wake && woken_); };
    std::unique_lock lock(mutex_);
    if (time == kIdle) {
      changed_.wait(lock, is_over);
    } else {
      changed_.wait_for(lock, time, is_over);
    }
  }
  if (finish_) guarded(options_.name + " could not finish its work", finish_);
}

Loop::Wait Loop::attempt() {
  {
    const std::scoped_lock lock(mutex_);
    woken_ = false;
  }
  try {
    const Millis wait = std::clamp(round_(), kAgain, options_.period);
    note_success();
    return {wait, true};
  } catch (const std::exception& error) {
    note_failure(error.what());
  } catch (...) {
    note_failure("an exception of unknown type");
  }
  const Millis doubled = options_.first_pause * (1LL << std::min(failures_ - 1, kMaxDoublings));
  return {std::min(doubled, options_.max_pause), false};
}

void Loop::note_failure(const char* why) noexcept {
  ++failures_;
  if (stopping() || cause_ == why) return;
  guarded("a failure could not be noted", [&] {
    log::error("a background task failed and is tried again", {{"task", options_.name}, {"error", why}});
    cause_ = why;
  });
}

void Loop::note_success() noexcept {
  if (failures_ == 0) return;
  guarded("a success could not be noted", [&] {
    log::info("a background task works again", {{"task", options_.name}, {"failures", failures_}});
  });
  failures_ = 0;
  cause_.clear();
}

}  // namespace bellwether
