#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "base/histogram.hpp"
#include "base/time.hpp"
#include "contract/cohort_sync.hpp"
#include "mirror/mirror.hpp"
#include "mirror/views.hpp"
#include "storage/group_commit.hpp"

/// What the service counts, as Prometheus reads it: base units (seconds, bytes), counters end in _total.
namespace bellwether::subscriber {

/// What is read at the moment of the scrape.
struct Gauges {
  mirror::MirrorCounts mirror;
  std::int64_t feed_position = 0;
  std::size_t queue_depth = 0;
  std::size_t connections = 0;
  bool ready = true;
};

class Metrics {
 public:
  Metrics();

  void request(const std::string& endpoint, unsigned status, double seconds);
  void received(std::size_t bytes) { received_bytes_ += bytes; }
  /// `members`: those with an id.
  void page(contract::Action action, mirror::Receipt::Kind kind, std::size_t members, std::size_t skipped);
  void alert(bool duplicate);
  void commit(const storage::CommitReport& report);
  /// Transactions that wrote or failed, so far. Any thread.
  std::uint64_t commits() const { return commits_; }

  std::string to_text(const Gauges& gauges) const;

 private:
  static constexpr std::size_t kTimeBuckets = 12;
  static constexpr std::size_t kSizeBuckets = 9;

  mutable std::mutex mutex_;
  std::map<std::pair<std::string, unsigned>, std::uint64_t> requests_;
  Histogram<kTimeBuckets> request_seconds_;
  Histogram<kTimeBuckets> commit_seconds_;
  Histogram<kSizeBuckets> commit_items_;
  std::atomic<std::uint64_t> received_bytes_ = 0;
  std::atomic<std::uint64_t> members_ = 0;
  std::atomic<std::uint64_t> skipped_ = 0;
  std::array<std::array<std::atomic<std::uint64_t>, 3>, 3> pages_{};  ///< by action and receipt
  std::array<std::atomic<std::uint64_t>, 2> alerts_{};                ///< new, repeated
  std::atomic<std::uint64_t> failed_commits_ = 0;
  std::atomic<std::uint64_t> commits_ = 0;
};

}  // namespace bellwether::subscriber
