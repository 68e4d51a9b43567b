#include "publisher/metrics.hpp"

#include <fmt/format.h>

#include "base/prometheus.hpp"

namespace bellwether::publisher {

namespace {

using prometheus::describe;
using prometheus::sample;

constexpr std::array kTimes{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0};

void taken_and_refused(std::string& out, std::string_view name, std::string_view help,
                       const std::array<std::atomic<std::uint64_t>, 2>& counts) {
  describe(out, name, "counter", help);
  sample(out, name, "outcome=\"taken\"", counts[0].load());
  sample(out, name, "outcome=\"refused\"", counts[1].load());
}

template <typename Count>
void by_label(std::string& out, std::string_view name, std::string_view type, std::string_view help,
              std::string_view label, const std::map<std::string, Count>& counts) {
  describe(out, name, type, help);
  for (const auto& [value, count] : counts) sample(out, name, fmt::format("{}=\"{}\"", label, value), count);
}

}  // namespace

Metrics::Metrics() : request_seconds_(kTimes), attempt_seconds_(kTimes) {}

void Metrics::request(const std::string& endpoint, unsigned status, double seconds) {
  request_seconds_.observe(seconds);
  const std::scoped_lock lock(mutex_);
  ++requests_[{endpoint, status}];
}

void Metrics::events(std::size_t taken, std::size_t refused) {
  events_[0] += taken;
  events_[1] += refused;
}

void Metrics::profile_updates(std::size_t taken, std::size_t refused) {
  profile_updates_[0] += taken;
  profile_updates_[1] += refused;
}

bool Metrics::stored(bool well) {
  constexpr auto kNever = std::chrono::steady_clock::time_point::min();
  if (well) {
    failed_at_ = kNever;
    return false;
  }
  const auto now = std::chrono::steady_clock::now();
  failed_at_ = now;
  auto told_at = told_at_.load();
  if (told_at != kNever && now - told_at < std::chrono::minutes(1)) return false;
  return told_at_.compare_exchange_strong(told_at, now);
}

bool Metrics::refuses_ingestion() const {
  // Not for longer: a service that nobody asks any more because it is not ready would never be ready again.
  constexpr std::chrono::seconds kRemembered(30);
  const auto at = failed_at_.load();
  return at != std::chrono::steady_clock::time_point::min() &&
         std::chrono::steady_clock::now() - at < kRemembered;
}

void Metrics::attempt(const sync::Attempt& attempt) {
  attempt_seconds_.observe(std::chrono::duration<double>(attempt.latency).count());
  const std::scoped_lock lock(mutex_);
  ++attempts_[attempt.verdict];
}

void Metrics::run(const sync::Run& run) {
  const std::scoped_lock lock(mutex_);
  ++runs_[std::string(sync::to_string(run.end))];
}

void Metrics::alerts(const alerts::Evaluator::Round& round) {
  judged_ += round.judged;
  fired_ += round.fired;
}

void Metrics::notification(const alerts::Notification& notification) {
  const std::scoped_lock lock(mutex_);
  ++notifications_[notification.state == "pending" ? "retry" : notification.state];
}

std::string Metrics::to_text(const Gauges& gauges) const {
  std::string out;
  const std::scoped_lock lock(mutex_);
  describe(out, "bellwether_publisher_requests_total", "counter",
           "Requests of the ingestion by path and status.");
  for (const auto& [key, count] : requests_) {
    sample(out, "bellwether_publisher_requests_total",
           fmt::format("path=\"{}\",status=\"{}\"", prometheus::quoted(key.first), key.second), count);
  }
  prometheus::histogram(out, "bellwether_publisher_request_seconds", "From a request's end to its answer.",
                        request_seconds_);
  taken_and_refused(out, "bellwether_events_total", "Events that came in.", events_);
  taken_and_refused(out, "bellwether_profile_updates_total", "Profile updates that came in.",
                    profile_updates_);
  describe(out, "bellwether_rejected_records_total", "counter",
           "Records that were not taken as they were sent, by path, project and reason.");
  for (const auto& [kind, count] : gauges.rejected) {
    sample(out, "bellwether_rejected_records_total",
           fmt::format("path=\"{}\",project=\"{}\",reason=\"{}\"", prometheus::quoted(kind.path),
                       prometheus::quoted(kind.project_id), ingestion::to_string(kind.reason)),
           count);
  }
  by_label(out, "bellwether_sync_runs_total", "counter", "Sync runs by how they ended.", "end", runs_);
  by_label(out, "bellwether_sync_attempts_total", "counter", "Pages sent, by what the answer meant.",
           "verdict", attempts_);
  prometheus::histogram(out, "bellwether_sync_attempt_seconds", "From a page's sending to its answer.",
                        attempt_seconds_);
  prometheus::single(out, "bellwether_alert_buckets_judged_total", "counter",
                     "Buckets that alerts were judged by.", judged_.load());
  prometheus::single(out, "bellwether_alerts_fired_total", "counter", "Conditions that came true.",
                     fired_.load());
  by_label(out, "bellwether_alert_notification_attempts_total", "counter",
           "Attempts to tell of an alert, by what became of them.", "outcome", notifications_);
  by_label(out, "bellwether_syncs", "gauge", "Syncs by state.", "state", gauges.syncs_by_state);
  prometheus::single(out, "bellwether_ingestion_queue_bytes", "gauge", "Events that wait for the engine.",
                     gauges.queued_bytes);
  prometheus::single(out, "bellwether_publisher_ready", "gauge", "1 when the event engine answers.",
                     gauges.ready ? 1 : 0);
  return out;
}

}  // namespace bellwether::publisher
