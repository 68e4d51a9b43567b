#include "net/stretch_limiter.hpp"

#include <algorithm>

namespace bellwether::net {

void StretchLimiter::Bucket::refill(double burst, double per_second, Clock::time_point now) {
  if (now <= at) return;
  tokens = std::min(burst, tokens + std::chrono::duration<double>(now - at).count() * per_second);
  at = now;
}

StretchLimiter::Bucket& StretchLimiter::bucket_of(const std::string& client, Clock::time_point now) {
  if (clients_.size() >= limits_.clients && !clients_.contains(client)) {
    clients_.erase(std::ranges::min_element(clients_, {}, [](const auto& entry) { return entry.second.at; }));
  }
  Bucket& bucket = clients_.try_emplace(client, Bucket{limits_.client_burst, now}).first->second;
  bucket.refill(limits_.client_burst, limits_.client_per_second, now);
  return bucket;
}

StretchLimiter::Verdict StretchLimiter::begin(const std::string& client, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  if (bucket_of(client, now).tokens < 1) return Verdict::kClientWaits;
  all_.refill(limits_.burst, limits_.per_second, now);
  if (stretching_ || all_.tokens < 1) return Verdict::kAllWait;
  stretching_ = true;
  all_.tokens -= 1;
  return Verdict::kAllowed;
}

void StretchLimiter::end(const std::string& client, bool right, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  stretching_ = false;
  if (!right) bucket_of(client, now).tokens -= 1;
}

}  // namespace bellwether::net
