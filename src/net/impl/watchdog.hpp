#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include <boost/asio/any_io_executor.hpp>

#include "net/impl/wire_clock.hpp"

namespace bellwether::net::impl {

/// Cancels what a connection is doing when its time is over. A part of the connection, on its strand.
class Watchdog {
 public:
  Watchdog(const boost::asio::any_io_executor& executor, std::function<void()> cancel)
      : timer_(executor), cancel_(std::move(cancel)) {}

  /// To be called before `arm`. `owner` is the connection, of which the watchdog is a part.
  void belong_to(std::weak_ptr<const void> owner) { owner_ = std::move(owner); }

  /// From now on there is so much time, unless it is armed again before.
  void arm(Millis time) {
    timed_out_ = false;
    timer_.expires_after(time);
    // One that has expired already and waits for its turn must not hit what is armed now.
    timer_.async_wait([this, weak = owner_, armed = ++armed_](const boost::system::error_code& aborted) {
      const auto owner = weak.lock();
      if (aborted || !owner || armed_ != armed) return;
      timed_out_ = true;
      cancel_();
    });
  }

  void disarm() {
    ++armed_;
    timer_.cancel();
  }

  /// Whether what was armed last ran out of time.
  bool timed_out() const { return timed_out_; }

 private:
  WireTimer timer_;
  const std::function<void()> cancel_;
  std::weak_ptr<const void> owner_;
  std::uint64_t armed_ = 0;
  bool timed_out_ = false;
};

}  // namespace bellwether::net::impl
