#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "base/time.hpp"

namespace bellwether::simulation {

/// What happens when, in order of time; of two at the same time the one planned first.
class EventQueue {
 public:
  using Event = std::function<void()>;

  Timestamp now() const { return now_; }
  void after(Millis delay, Event event) {
    events_.emplace(std::pair(now_ + delay, ++planned_), std::move(event));
  }

  /// Runs the next event that is due by `until`; false, with the clock set to `until`, when there is none.
  bool run_one(Timestamp until) {
    if (events_.empty() || events_.begin()->first.first > until) {
      now_ = std::max(now_, until);
      return false;
    }
    auto node = events_.extract(events_.begin());
    now_ = std::max(now_, node.key().first);
    node.mapped()();
    return true;
  }

 private:
  Timestamp now_ = Timestamp(std::chrono::hours(24 * 365 * 56));
  std::uint64_t planned_ = 0;
  std::map<std::pair<Timestamp, std::uint64_t>, Event> events_;
};

}  // namespace bellwether::simulation
