#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>

#include <boost/asio/basic_waitable_timer.hpp>

#include "base/time.hpp"

namespace bellwether::net::impl {

/// The clock of all timeouts of the server: the steady clock, which tests can move forward.
struct WireClock {
  using duration = std::chrono::steady_clock::duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<WireClock>;
  static constexpr bool is_steady = true;  // NOLINT(readability-identifier-naming): as the standard names it

  static time_point now() noexcept {
    return time_point(std::chrono::steady_clock::now().time_since_epoch() + duration(moved().load()));
  }

  /// For tests, to be called once (with 0) before any server starts, and then whenever time is to pass.
  static void advance(Millis by) {
    is_moved() = true;
    moved() += std::chrono::duration_cast<duration>(by).count();
  }

  static std::atomic<bool>& is_moved() {
    static std::atomic<bool> flag = false;
    return flag;
  }

 private:
  static std::atomic<rep>& moved() {
    static std::atomic<rep> by = 0;
    return by;
  }
};

/// How long a timer really sleeps: while a test moves the clock, it looks at it every millisecond.
struct WireWait {
  static WireClock::duration to_wait_duration(const WireClock::duration& wanted) {
    return WireClock::is_moved() ? std::min<WireClock::duration>(wanted, std::chrono::milliseconds(1))
                                 : wanted;
  }
  static WireClock::duration to_wait_duration(const WireClock::time_point& until) {
    return to_wait_duration(until - WireClock::now());
  }
};

using WireTimer = boost::asio::basic_waitable_timer<WireClock, WireWait>;

}  // namespace bellwether::net::impl
