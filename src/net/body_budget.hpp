#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

/// Memory for the bodies of requests under way, bounded for all clients together and for each of them.
///
/// A server must hold a body in full before it can answer. Limits for one body are no bound: many
/// connections, each within its limits, add up. So every body takes its memory out of one budget, which all
/// listeners of the process share, and gives it back when the request was answered. The first bytes of each
/// body are free, so that small requests are served while others hold the whole budget; the number of
/// connections bounds those.
namespace bellwether::net {

class BodyBudget {
 public:
  struct Limits {
    std::size_t total = 256UL << 20U;       ///< bytes, of all clients
    std::size_t per_client = 128UL << 20U;  ///< bytes, of one client address
  };
  /// What a body may hold for nothing.
  static constexpr std::size_t kFree = 64UL << 10U;

  enum class Verdict {
    kGranted,
    kClientFull,  ///< this client's bodies hold what one client may
    kFull,        ///< all bodies hold what there is
  };

  /// One body's part. Gives it back when it is destroyed; the budget must outlive it. One thread at a time.
  /// Without a client (empty) only the total bounds it: so a trusted proxy is never held for a client.
  class Share {
   public:
    Share(BodyBudget& budget, std::string client) : budget_(&budget), client_(std::move(client)) {}
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() { budget_->change(client_, charged_, 0); }

    /// To hold `bytes` altogether from now on. What is not granted changes nothing.
    Verdict resize(std::size_t bytes);

   private:
    BodyBudget* budget_;
    std::string client_;
    std::size_t charged_ = 0;
  };

  explicit BodyBudget(Limits limits) : limits_(limits) {}
  BodyBudget(const BodyBudget&) = delete;
  BodyBudget& operator=(const BodyBudget&) = delete;

  /// Thread-safe: bytes that are charged now.
  std::size_t held() const;

 private:
  Verdict change(const std::string& client, std::size_t from, std::size_t to);

  const Limits limits_;
  mutable std::mutex mutex_;
  std::size_t total_ = 0;
  std::map<std::string, std::size_t> by_client_;  ///< those that hold something
};

}  // namespace bellwether::net
