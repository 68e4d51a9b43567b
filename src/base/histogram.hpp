#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace bellwether {

/// Counts observations by upper bounds, without locks; written out in Prometheus' text format.
template <std::size_t N>
class Histogram {
 public:
  explicit constexpr Histogram(const std::array<double, N>& bounds) : bounds_(bounds) {}

  void observe(double value) {
    std::size_t bucket = 0;
    while (bucket < N && value > bounds_[bucket]) ++bucket;
    counts_[bucket].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
  }

  /// `each(upper bound, how many at or below it)`, the last with no bound given as infinity; returns the sum.
  template <typename Each>
  double read(Each&& each) const {
    std::uint64_t below = 0;
    for (std::size_t i = 0; i <= N; ++i) {
      below += counts_[i].load(std::memory_order_relaxed);
      each(i < N ? bounds_[i] : kInfinity, below);
    }
    return sum_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr double kInfinity = __builtin_inf();
  std::array<double, N> bounds_;
  std::array<std::atomic<std::uint64_t>, N + 1> counts_{};
  std::atomic<double> sum_ = 0;
};

}  // namespace bellwether
