#pragma once

#include <string>
#include <string_view>

#include "alerts/evaluation.hpp"
#include "contract/alert.hpp"
#include "net/http_client.hpp"
#include "registry/webhooks.hpp"
#include "storage/database.hpp"

namespace bellwether::alerts {

/// What a message says beside the firing.
struct Setting {
  std::string base_url;  ///< of the publisher's pages: "https://bellwether.example.com"
  std::string project_name;
  std::string report_name;
  std::string report_type;
};

/// The firing as the contract's message. `is_test` puts "[TEST] " before the name.
contract::AlertMessage to_message(const Alert& alert, const Firing& firing, const Setting& setting,
                                  Timestamp fired_at, bool is_test);

/// As a webhook takes it, without its key or credentials.
std::string encode(const contract::AlertMessage& message, const registry::Webhook& webhook);

/// The request that carries it there, with the webhook's present key or credentials.
net::ClientRequest request_to(const registry::Webhook& webhook, std::string_view body);

/// Stores a notification for each of the alert's receivers that is enabled, to be sent at once; answers how
/// many. `chart` is the SVG that mails show; empty: none.
std::size_t enqueue(storage::Database& database, const Alert& alert, const contract::AlertMessage& message,
                    const std::string& chart, std::optional<std::int64_t> firing_id, Timestamp now);

}  // namespace bellwether::alerts
