#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/checks.hpp"
#include "storage/database.hpp"

namespace bellwether::registry {

/// Where alerts go. A list of its own beside the destinations of syncs (contract).
struct Webhook {
  enum class Format : std::uint8_t {
    kMixpanel,      ///< the contract's payload
    kSlack,         ///< an incoming webhook of Slack, or of what takes the same
    kAlertmanager,  ///< as Prometheus's Alertmanager posts
    kPagerduty,     ///< events v2; the password is the routing key
  };
  std::int64_t id = 0;  ///< 0: not stored yet
  std::string project_id;
  std::string name;  ///< 1 to 100 characters, unique in the project
  std::string url;
  std::string user;  ///< HTTP Basic; empty: none
  std::string password;
  bool enabled = true;
  Format format = Format::kMixpanel;
};
std::string_view to_string(Webhook::Format format);
std::optional<Webhook::Format> parse_webhook_format(std::string_view word);

std::vector<Webhook> list_webhooks(storage::Database& database, std::string_view project_id);
std::optional<Webhook> find_webhook(storage::Database& database, std::int64_t id);
std::optional<Webhook> find_webhook(storage::Database& database, std::string_view project_id,
                                    std::string_view name);

/// Creates it, or replaces the one with its id. Returns the id.
Result<std::int64_t> save_webhook(storage::Database& database, const Webhook& webhook);
/// What refers to it must be gone before.
void remove_webhook(storage::Database& database, std::int64_t id);

}  // namespace bellwether::registry
