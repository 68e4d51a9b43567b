#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "contract/decode_error.hpp"
#include "mirror/options.hpp"
#include "net/credentials.hpp"
#include "net/server.hpp"
#include "storage/group_commit.hpp"

namespace bellwether::subscriber {

enum class EndpointKind : std::uint8_t { kAlerts, kCohortSync };

/// One URL path that takes one of the two streams.
struct EndpointOptions {
  std::string path;
  EndpointKind kind = EndpointKind::kCohortSync;
  std::vector<net::Credential> credentials = {};  ///< any of them opens it; empty: open to all
  std::vector<std::string> projects = {};         ///< empty: all
};

struct RejectedRequestLimits {
  std::size_t count = 1000;
  std::size_t bytes = 64UL << 20U;        ///< of bodies, all together
  std::size_t body_bytes = 256UL << 10U;  ///< of one body; the rest is cut
};

/// All that a running subscriber can be told; src/cli fills it from file, environment and command line.
struct Options {
  std::string data_dir = "data";
  std::vector<EndpointOptions> endpoints = {{"/mixpanel/alerts", EndpointKind::kAlerts},
                                            {"/mixpanel/cohort-sync", EndpointKind::kCohortSync}};
  net::Address listen{"127.0.0.1", 8080};
  std::optional<net::TlsFiles> tls;
  net::ServerLimits limits;
  net::SharedLimits shared_limits;
  std::size_t threads = 2;

  net::Address admin_listen{"127.0.0.1", 8081};
  std::string admin_token;
  std::vector<std::string> admin_hosts = {};  ///< names of the private listener besides loopback's
  /// For one streamed list, which holds a snapshot of the file.
  Millis longest_stream = std::chrono::minutes(30);

  contract::DecodeLimits decode;
  mirror::Options mirror;
  storage::GroupCommit::Limits writer;
  RejectedRequestLimits rejected_requests;
  std::size_t record_bytes = 0;  ///< of bodies kept as they came, for `bellwether record`; 0: none
  Millis keep_alerts = std::chrono::days(400);
  Millis stop_within = std::chrono::seconds(20);
};

}  // namespace bellwether::subscriber
