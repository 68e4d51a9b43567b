#include "net/body_budget.hpp"

namespace bellwether::net {

namespace {

/// Bodies grow in small steps; the budget is asked in larger ones.
constexpr std::size_t kStep = 64UL << 10U;

std::size_t charge_of(std::size_t bytes) {
  if (bytes <= BodyBudget::kFree) return 0;
  return (bytes - BodyBudget::kFree + kStep - 1) / kStep * kStep;
}

}  // namespace

BodyBudget::Verdict BodyBudget::Share::resize(std::size_t bytes) {
  const std::size_t wanted = charge_of(bytes);
  if (wanted == charged_) return Verdict::kGranted;
  const Verdict verdict = budget_->change(client_, charged_, wanted);
  if (verdict == Verdict::kGranted) charged_ = wanted;
  return verdict;
}

std::size_t BodyBudget::held() const {
  const std::scoped_lock lock(mutex_);
  return total_;
}

BodyBudget::Verdict BodyBudget::change(const std::string& client, std::size_t from, std::size_t to) {
  if (from == to) return Verdict::kGranted;
  const std::scoped_lock lock(mutex_);
  if (to < from) {
    // Gives back what was taken, so the client is there.
    const auto holder = by_client_.find(client);
    total_ -= from - to;
    holder->second -= from - to;
    if (holder->second == 0) by_client_.erase(holder);
    return Verdict::kGranted;
  }
  const auto holder = by_client_.find(client);
  const std::size_t held = holder == by_client_.end() ? 0 : holder->second;
  if (!client.empty() && held + (to - from) > limits_.per_client) return Verdict::kClientFull;
  if (total_ + (to - from) > limits_.total) return Verdict::kFull;
  by_client_[client] = held + (to - from);
  total_ += to - from;
  return Verdict::kGranted;
}

}  // namespace bellwether::net
