#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace bellwether::api {

/// After so many wrong tokens of one address, how long it waits for its next try: nothing for the first five,
/// then 1, 2, 4 … seconds, 30 at most, so that nobody is locked out for long.
Millis pause_after(std::size_t failures);

/// Slows down those who guess the token. Counts by address (of IPv6 by network, the first 64 bits), and
/// forgets an address 15 minutes after its last failure. A try that came too early is not counted.
/// Thread-safe.
class LoginBrake {
 public:
  using Steady = std::chrono::steady_clock;

  /// How long the address must still wait; zero: it may try.
  Millis wait(std::string_view address, Steady::time_point now);
  void failed(std::string_view address, Steady::time_point now);
  void succeeded(std::string_view address);

 private:
  struct Failures {
    std::size_t count = 0;
    Steady::time_point last;
  };
  void forget(Steady::time_point now);

  std::mutex mutex_;
  std::map<std::string, Failures, std::less<>> failures_;
};

}  // namespace bellwether::api
