#pragma once

#include <atomic>
#include <cstddef>
#include <optional>

namespace bellwether::net::impl {

/// Lets few requests at once do what takes a network thread long: inflating a large body, and understanding
/// it. One thread is always left for all the others. Thread-safe.
class HeavyGate {
 public:
  /// One request inside; it leaves when this is destroyed.
  class Pass {
   public:
    explicit Pass(HeavyGate& gate) : gate_(&gate) {}
    Pass(Pass&& other) noexcept : gate_(other.gate_) { other.gate_ = nullptr; }
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (gate_ != nullptr) ++gate_->free_;
    }

   private:
    HeavyGate* gate_;
  };

  explicit HeavyGate(std::size_t threads) : free_(threads > 1 ? threads - 1 : 1) {}

  std::optional<Pass> try_enter() {
    std::size_t free = free_;
    while (free > 0) {
      if (free_.compare_exchange_weak(free, free - 1)) return Pass(*this);
    }
    return std::nullopt;
  }

 private:
  std::atomic<std::size_t> free_;
};

}  // namespace bellwether::net::impl
