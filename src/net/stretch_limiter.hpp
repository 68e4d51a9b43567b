#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>

/// How often unknown passwords may be stretched.
///
/// A stored password is stretched on purpose (tens of milliseconds), so whoever sends wrong ones makes us
/// work. Pairs of user and password that were right before are recognised without it; all others pass here
/// first: a few wrong ones for each client, few for all clients together, and one at a time, so that the rest
/// of a processor serves the others.
namespace bellwether::net {

class StretchLimiter {
 public:
  using Clock = std::chrono::steady_clock;

  enum class Verdict {
    kAllowed,
    kClientWaits,  ///< this client has sent too many wrong passwords; it may try again in seconds
    kAllWait,      ///< too many are being stretched now; try again in a moment
  };

  struct Limits {
    double client_burst = 5;  ///< wrong passwords of one client before it waits
    double client_per_second = 0.2;
    double burst = 20;  ///< stretched passwords of all clients
    double per_second = 8;
    std::size_t clients = 4096;  ///< remembered at once; a client that is forgotten begins with nothing used
  };

  StretchLimiter() : StretchLimiter(Limits()) {}
  explicit StretchLimiter(const Limits& limits) : limits_(limits), all_{limits.burst, {}} {}

  /// Thread-safe. After `kAllowed` the caller stretches and calls `end`.
  Verdict begin(const std::string& client, Clock::time_point now);
  void end(const std::string& client, bool right, Clock::time_point now);

 private:
  /// A number of tokens that comes back with time.
  struct Bucket {
    double tokens;
    Clock::time_point at;
    void refill(double burst, double per_second, Clock::time_point now);
  };
  Bucket& bucket_of(const std::string& client, Clock::time_point now);

  const Limits limits_;
  std::mutex mutex_;
  bool stretching_ = false;
  Bucket all_;
  std::map<std::string, Bucket> clients_;
};

}  // namespace bellwether::net
