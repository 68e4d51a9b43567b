#include "subscriber/metrics.hpp"

#include <fmt/format.h>

#include "base/prometheus.hpp"

namespace bellwether::subscriber {

namespace {

using prometheus::describe;
using prometheus::histogram;
using prometheus::quoted;
using prometheus::sample;
using prometheus::single;

constexpr std::array kTimes{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0};
constexpr std::array kSizes{1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0};
constexpr std::array<std::string_view, 3> kReceipts{"stored", "repeated", "refused"};

void append_gauges(std::string& out, const Gauges& gauges) {
  single(out, "bellwether_cohorts", "gauge", "Cohorts mirrored.", gauges.mirror.cohorts);
  single(out, "bellwether_members", "gauge", "Members of all cohorts.", gauges.mirror.members);
  single(out, "bellwether_members_in_doubt", "gauge",
         "Members whose last change the sender may not have seen succeed.", gauges.mirror.members_in_doubt);
  single(out, "bellwether_cohorts_without_baseline", "gauge",
         "Cohorts for which no full load has come, or of which a stored page was damaged since.",
         gauges.mirror.cohorts_without_baseline);
  single(out, "bellwether_absent_removals", "gauge",
         "Removals of somebody who was not in the cohort, in the sessions that are kept.",
         gauges.mirror.absent_removals);
  describe(out, "bellwether_sessions", "gauge", "Sync sessions by state.");
  for (const auto& [state, count] : gauges.mirror.sessions_by_state) {
    sample(out, "bellwether_sessions", fmt::format("state=\"{}\"", state), count);
  }
  single(out, "bellwether_feed_position", "gauge", "Sequence number of the newest change.",
         gauges.feed_position);
  single(out, "bellwether_queue_depth", "gauge", "Requests that wait for a commit.", gauges.queue_depth);
  single(out, "bellwether_connections", "gauge", "Open connections to the public listener.",
         gauges.connections);
  single(out, "bellwether_ready", "gauge", "1 while storage takes writes.", gauges.ready ? 1 : 0);
}

}  // namespace

Metrics::Metrics() : request_seconds_(kTimes), commit_seconds_(kTimes), commit_items_(kSizes) {}

void Metrics::request(const std::string& endpoint, unsigned status, double seconds) {
  request_seconds_.observe(seconds);
  const std::scoped_lock lock(mutex_);
  ++requests_[{endpoint, status}];
}

void Metrics::page(contract::Action action, mirror::Receipt::Kind kind, std::size_t members,
                   std::size_t skipped) {
  ++pages_[static_cast<std::size_t>(action)][static_cast<std::size_t>(kind)];
  members_ += members;
  skipped_ += skipped;
}

void Metrics::alert(bool duplicate) {
  ++alerts_[duplicate ? 1 : 0];
}

void Metrics::commit(const storage::CommitReport& report) {
  ++commits_;
  if (report.failed) {
    ++failed_commits_;
    return;
  }
  commit_seconds_.observe(report.seconds);
  commit_items_.observe(static_cast<double>(report.items));
}

std::string Metrics::to_text(const Gauges& gauges) const {
  std::string out;
  describe(out, "bellwether_http_requests_total", "counter",
           "Requests to the public listener by endpoint and status.");
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [key, count] : requests_) {
      sample(out, "bellwether_http_requests_total",
             fmt::format("endpoint=\"{}\",status=\"{}\"", quoted(key.first), key.second), count);
    }
  }
  histogram(out, "bellwether_http_request_duration_seconds", "From the whole request to its answer.",
            request_seconds_);
  single(out, "bellwether_received_bytes_total", "counter", "Bytes of bodies, decoded.",
         received_bytes_.load());
  describe(out, "bellwether_pages_total", "counter", "Cohort sync pages by action and what became of them.");
  for (std::size_t action = 0; action < pages_.size(); ++action) {
    for (std::size_t kind = 0; kind < kReceipts.size(); ++kind) {
      sample(out, "bellwether_pages_total",
             fmt::format("action=\"{}\",result=\"{}\"",
                         contract::to_string(static_cast<contract::Action>(action)), kReceipts[kind]),
             pages_[action][kind].load());
    }
  }
  single(out, "bellwether_received_members_total", "counter", "Members on all pages.", members_.load());
  single(out, "bellwether_skipped_members_total", "counter", "Members on all pages that have no id.",
         skipped_.load());
  describe(out, "bellwether_alerts_total", "counter", "Alerts received.");
  sample(out, "bellwether_alerts_total", "result=\"stored\"", alerts_[0].load());
  sample(out, "bellwether_alerts_total", "result=\"repeated\"", alerts_[1].load());
  histogram(out, "bellwether_commit_duration_seconds", "Transactions, from begin to durable.",
            commit_seconds_);
  histogram(out, "bellwether_commit_items", "Pieces of work in one transaction.", commit_items_);
  single(out, "bellwether_commit_failures_total", "counter", "Transactions that storage did not take.",
         failed_commits_.load());
  append_gauges(out, gauges);
  return out;
}

}  // namespace bellwether::subscriber
