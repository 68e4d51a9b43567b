#pragma once

#include <cstdint>
#include <expected>
#include <functional>

#include "alerts/alert_scheduler.hpp"
#include "alerts/notification_sender.hpp"
#include "api/answer.hpp"
#include "api/call.hpp"
#include "api/login_brake.hpp"
#include "api/sessions.hpp"
#include "base/thread_pool.hpp"
#include "events/engine.hpp"
#include "ingestion/recent_events.hpp"
#include "publisher/collector/rejects.hpp"
#include "publisher/metrics.hpp"
#include "publisher/operator_notifier.hpp"
#include "publisher/options.hpp"
#include "publisher/places.hpp"
#include "publisher/store.hpp"
#include "reports/series.hpp"
#include "sync/dispatcher.hpp"
#include "sync/engine_ledger.hpp"

namespace bellwether::publisher {

using api::Answer;
using api::api_error;
using api::ApiError;

/// What the private listener's calls work with. All outlive the API.
struct ApiParts {
  const Options& options;
  Store& store;
  events::Engine& engine;
  sync::EngineLedger& ledger;
  sync::Dispatcher& dispatcher;
  const net::EgressGuard& guard;
  alerts::AlertScheduler& alert_scheduler;
  alerts::NotificationSender& notification_sender;
  OperatorNotifier& operator_notifier;
  const Metrics& metrics;
  const Rejects& rejects;                  ///< what came in and was not taken
  ingestion::RecentEvents& recent_events;  ///< what came in and was
  api::Sessions& sessions;
  api::LoginBrake& login_brake;
  Places& connection_tests;  ///< to other people's endpoints, which may not answer
  ThreadPool& audits;        ///< that are being read
  std::function<void()> on_projects_changed;
  std::function<std::size_t()> queued_bytes;
};

/// One call of the private listener, and what its answer is made of.
struct Call : api::Call {
  const ApiParts& parts;

  /// The id in the path's segment `index`; 404 when it is none.
  std::expected<std::int64_t, ApiError> id_at(std::size_t index) const;
};

/// Ends the run of a sync that was removed, and forgets what the engine keeps for it.
void forget_sync(const ApiParts& parts, std::int64_t id, const std::string& key);

/// What a failed query means for the caller.
ApiError to_api_error(const events::EngineError& error);
/// What a report that cannot be run means for the caller.
ApiError to_api_error(const reports::ReportError& error);
/// Too many connection tests are under way.
std::unexpected<ApiError> too_many_tests();
/// Nobody has this id.
std::unexpected<ApiError> no_such(std::string_view what);

}  // namespace bellwether::publisher
