#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "alerts/evaluator.hpp"
#include "alerts/notification.hpp"
#include "base/histogram.hpp"
#include "publisher/collector/rejects.hpp"
#include "sync/run_store.hpp"

/// What the publisher counts, as Prometheus reads it.
namespace bellwether::publisher {

/// What is read at the moment of the scrape.
struct Gauges {
  std::size_t queued_bytes = 0;
  std::map<Rejects::Kind, std::uint64_t> rejected;
  std::map<std::string, std::size_t> syncs_by_state;
  bool ready = true;
};

class Metrics {
 public:
  Metrics();

  void request(const std::string& endpoint, unsigned status, double seconds);
  void events(std::size_t taken, std::size_t refused);
  void profile_updates(std::size_t taken, std::size_t refused);
  /// What became of events or profiles that were to be stored. True when a failure is worth a line in the log: the first, and one a
  /// minute.
  bool stored(bool well);
  /// Whether what comes in cannot be stored: the last attempt failed, less than half a minute ago.
  bool refuses_ingestion() const;
  void attempt(const sync::Attempt& attempt);
  void run(const sync::Run& run);
  void alerts(const alerts::Evaluator::Round& round);
  void notification(const alerts::Notification& notification);

  std::string to_text(const Gauges& gauges) const;

 private:
  static constexpr std::size_t kTimeBuckets = 12;

  mutable std::mutex mutex_;
  std::map<std::pair<std::string, unsigned>, std::uint64_t> requests_;
  std::map<std::string, std::uint64_t> attempts_;       ///< by verdict
  std::map<std::string, std::uint64_t> runs_;           ///< by end
  std::map<std::string, std::uint64_t> notifications_;  ///< attempts, by what became of them
  Histogram<kTimeBuckets> request_seconds_;
  Histogram<kTimeBuckets> attempt_seconds_;
  std::array<std::atomic<std::uint64_t>, 2> events_{};           ///< taken, refused
  std::array<std::atomic<std::uint64_t>, 2> profile_updates_{};  ///< taken, refused
  std::atomic<std::chrono::steady_clock::time_point> failed_at_{std::chrono::steady_clock::time_point::min()};
  std::atomic<std::chrono::steady_clock::time_point> told_at_{std::chrono::steady_clock::time_point::min()};
  std::atomic<std::uint64_t> judged_ = 0;  ///< buckets of alerts
  std::atomic<std::uint64_t> fired_ = 0;
};

}  // namespace bellwether::publisher
