#include "api/login_brake.hpp"

#include <algorithm>

#include "net/egress_guard.hpp"

namespace bellwether::api {

namespace {

constexpr std::size_t kFree = 5;
constexpr Millis kLongestPause = std::chrono::seconds(30);
constexpr Millis kRemembered = std::chrono::minutes(15);
constexpr std::size_t kMaxAddresses = 10'000;

/// The address, or the network of an IPv6 address: people have a whole one.
std::string key_of(std::string_view address) {
  constexpr std::size_t kNetworkBytes = 8;
  const auto bytes = net::parse_ip(address);
  if (!bytes || !address.contains(':')) return std::string(address);
  const bool is_mapped = std::ranges::all_of(bytes->begin(), bytes->begin() + kNetworkBytes,
                                             [](std::uint8_t byte) { return byte == 0; });
  const std::size_t size = is_mapped ? bytes->size() : kNetworkBytes;
  return {reinterpret_cast<const char*>(bytes->data()), size};
}

}  // namespace

Millis pause_after(std::size_t failures) {
  if (failures < kFree) return Millis(0);
  constexpr std::size_t kMaxDoublings = 5;
  const auto pause = std::chrono::seconds(1LL << std::min(failures - kFree, kMaxDoublings));
  return std::min<Millis>(pause, kLongestPause);
}

Millis LoginBrake::wait(std::string_view address, Steady::time_point now) {
  const std::scoped_lock lock(mutex_);
  const auto found = failures_.find(key_of(address));
  if (found == failures_.end()) return Millis(0);
  const auto passed = std::chrono::duration_cast<Millis>(now - found->second.last);
  return std::max(Millis(0), pause_after(found->second.count) - passed);
}

void LoginBrake::failed(std::string_view address, Steady::time_point now) {
  const std::scoped_lock lock(mutex_);
  forget(now);
  Failures& failures = failures_[key_of(address)];
  ++failures.count;
  failures.last = now;
}

void LoginBrake::succeeded(std::string_view address) {
  const std::scoped_lock lock(mutex_);
  failures_.erase(key_of(address));
}

/// With the lock held: what is old, and the oldest when there are too many.
void LoginBrake::forget(Steady::time_point now) {
  std::erase_if(failures_, [&](const auto& entry) { return now - entry.second.last > kRemembered; });
  if (failures_.size() < kMaxAddresses) return;
  failures_.erase(
      std::ranges::min_element(failures_, {}, [](const auto& entry) { return entry.second.last; }));
}

}  // namespace bellwether::api
