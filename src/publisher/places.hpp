#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace bellwether::publisher {

/// A bound on how many do something at once. Whoever finds no place is refused and does not wait.
/// Thread-safe.
///
///     const auto place = places.take();
///     if (!place) return refuse();
///     …                                   // the place is given back at the end of the block
class Places {
 public:
  explicit Places(std::size_t count) : free_(count) {}
  Places(const Places&) = delete;
  Places& operator=(const Places&) = delete;

  struct GiveBack {
    void operator()(Places* places) const { ++places->free_; }
  };
  using Place = std::unique_ptr<Places, GiveBack>;

  /// Null when all are taken.
  Place take() {
    std::size_t free = free_;
    while (free > 0) {
      if (free_.compare_exchange_weak(free, free - 1)) return Place(this);
    }
    return nullptr;
  }

 private:
  std::atomic<std::size_t> free_;
};

}  // namespace bellwether::publisher
