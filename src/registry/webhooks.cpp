#include "registry/webhooks.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/error.hpp"
#include "registry/projects.hpp"

namespace bellwether::registry {

namespace {

using Kind = Error::Kind;

constexpr std::array<std::string_view, 4> kFormats{"mixpanel", "slack", "alertmanager", "pagerduty"};

Webhook read(const storage::Query& row) {
  return {row.integer(0),           std::string(row.text(1)),
          std::string(row.text(2)), std::string(row.text(3)),
          std::string(row.text(4)), std::string(row.text(5)),
          row.integer(6) != 0,      parse_webhook_format(row.text(7)).value_or(Webhook::Format::kMixpanel)};
}

Result<void> check(storage::Database& database, const Webhook& webhook) {
  if (!find_project(database, webhook.project_id))
    return fail(Kind::kNotFound, fmt::format("there is no project {}", webhook.project_id));
  if (auto named = check_name("a webhook's name", webhook.name); !named) return named;
  if (auto url = check_url("a webhook", webhook.url); !url) return url;
  if (webhook.format == Webhook::Format::kPagerduty) {
    if (webhook.password.empty())
      return fail(Kind::kInvalid, "a webhook of the format pagerduty needs the routing key as its password");
  } else if (auto sound = check_credentials("a webhook", webhook.user, webhook.password); !sound) {
    return sound;
  }
  const auto same = find_webhook(database, webhook.project_id, webhook.name);
  if (same && same->id != webhook.id)
    return fail(Kind::kConflict, fmt::format("the project has a webhook \"{}\" already", webhook.name));
  if (webhook.id != 0 && !find_webhook(database, webhook.id))
    return fail(Kind::kNotFound, "there is no such webhook");
  return {};
}

}  // namespace

std::string_view to_string(Webhook::Format format) {
  return kFormats[static_cast<std::size_t>(format)];
}

std::optional<Webhook::Format> parse_webhook_format(std::string_view word) {
  const auto* found = std::ranges::find(kFormats, word);
  if (found == kFormats.end()) return std::nullopt;
  return static_cast<Webhook::Format>(found - kFormats.begin());
}

std::vector<Webhook> list_webhooks(storage::Database& database, std::string_view project_id) {
  std::vector<Webhook> webhooks;
  auto rows = database.query(
      "SELECT id, project_id, name, url, user, password, enabled, format FROM webhook WHERE project_id = ?1 "
      "ORDER BY id",
      project_id);
  while (rows.next()) webhooks.push_back(read(rows));
  return webhooks;
}

std::optional<Webhook> find_webhook(storage::Database& database, std::int64_t id) {
  auto rows = database.query(
      "SELECT id, project_id, name, url, user, password, enabled, format FROM webhook WHERE id = ?1", id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::optional<Webhook> find_webhook(storage::Database& database, std::string_view project_id,
                                    std::string_view name) {
  auto rows = database.query(
      "SELECT id, project_id, name, url, user, password, enabled, format FROM webhook WHERE project_id = ?1 "
      "AND name = ?2",
      project_id, name);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

Result<std::int64_t> save_webhook(storage::Database& database, const Webhook& webhook) {
  TRY(check(database, webhook));
  if (webhook.id == 0) {
    database.run(
        "INSERT INTO webhook (project_id, name, url, user, password, enabled, format) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        webhook.project_id, webhook.name, webhook.url, webhook.user, webhook.password, webhook.enabled,
        to_string(webhook.format));
    return database.last_insert_id();
  }
  database.run(
      "UPDATE webhook SET name = ?2, url = ?3, user = ?4, password = ?5, enabled = ?6, format = ?7 "
      "WHERE id = ?1",
      webhook.id, webhook.name, webhook.url, webhook.user, webhook.password, webhook.enabled,
      to_string(webhook.format));
  return webhook.id;
}

void remove_webhook(storage::Database& database, std::int64_t id) {
  database.run("DELETE FROM webhook WHERE id = ?1", id);
}

}  // namespace bellwether::registry
