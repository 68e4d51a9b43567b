#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "alerts/alert_scheduler.hpp"
#include "base/time.hpp"
#include "events/chdb_engine.hpp"
#include "events/clickhouse_engine.hpp"
#include "ingestion/batch_queue.hpp"
#include "ingestion/event_decoder.hpp"
#include "net/egress_guard.hpp"
#include "net/server.hpp"
#include "net/smtp.hpp"
#include "registry/syncs.hpp"
#include "storage/group_commit.hpp"
#include "sync/dispatcher.hpp"

namespace bellwether::publisher {

enum class EngineKind : std::uint8_t { kChdb, kClickhouse };

/// Whom to tell when a sync needs a person.
struct NotifyOptions {
  net::SmtpServer smtp;  ///< without a URL no mail is sent
  std::string from = "bellwether@localhost";
  std::string webhook_url = {};  ///< an operational webhook; empty: none
};

struct AlertOptions {
  alerts::EvaluatorOptions evaluator;  ///< its base URL is the private listener's when it is empty
  alerts::AlertScheduler::Options scheduler;
  std::size_t parallel = 4;  ///< receivers at once
};

/// All that a running publisher can be told; src/cli fills it from file, environment and command line.
struct Options {
  std::string data_dir = "publisher-data";

  net::Address listen{"127.0.0.1", 8090};
  std::optional<net::TlsFiles> tls;
  net::ServerLimits limits;
  net::SharedLimits shared_limits;
  std::size_t threads = 2;

  net::Address admin_listen{"127.0.0.1", 8091};
  std::string admin_token;
  std::vector<std::string> admin_hosts = {};  ///< names of the private listener besides loopback's
  std::size_t admin_threads = 4;              ///< each may wait for a query of the event engine

  EngineKind engine = EngineKind::kChdb;
  events::ChdbEngine::Options chdb;  ///< its folder is `data_dir`/events
  events::ClickhouseEngine::Options clickhouse;
  std::string cluster;                              ///< of the ClickHouse servers; empty: one server
  Millis query_timeout = std::chrono::minutes(10);  ///< of one cohort's computation

  ingestion::EventLimits events;
  ingestion::ProfileLimits profiles;
  ingestion::BatchLimits batches;
  std::size_t journal_bytes = 1UL << 30U;  ///< of acknowledged events that the engine has not got yet
  std::string serve_sdk = {};              ///< the folder of the browser SDK that is served; empty: none

  net::EgressGuard::Options egress;
  sync::DispatcherOptions syncs;
  registry::SyncLimits sync_limits;
  AlertOptions alerts;
  storage::GroupCommit::Limits writer;
  NotifyOptions notify;
  Millis stop_within = std::chrono::seconds(20);
};

}  // namespace bellwether::publisher
