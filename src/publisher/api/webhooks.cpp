#include "registry/webhooks.hpp"

#include <utility>

#include <boost/json.hpp>

#include "alerts/alert_store.hpp"
#include "base/error.hpp"
#include "publisher/api/render.hpp"
#include "publisher/api/routes.hpp"
#include "publisher/connection_test.hpp"
#include "publisher/kept_secret.hpp"

namespace bellwether::publisher {

namespace {

void read_into(registry::Webhook& webhook, const Fields& fields) {
  const std::string url_before = std::exchange(webhook.url, fields.text("url"));
  webhook.name = fields.text("name");
  webhook.user = fields.text_or("user", "");
  webhook.format = read_webhook_format(fields);
  const bool has_key = webhook.format == registry::Webhook::Format::kPagerduty;
  webhook.password = changed_secret({.before = webhook.password,
                                     .given = fields.optional_text("password"),
                                     .url_before = url_before,
                                     .url = webhook.url,
                                     .is_used = !webhook.user.empty() || has_key});
  webhook.enabled = fields.flag_or("enabled", true);
}

Answer save(const Call& call, const registry::Webhook& webhook, unsigned status) {
  // A URL that can never be reached is told now, not when it matters.
  if (auto allowed = call.parts.guard.check_url(webhook.url); !allowed)
    return api_error(400, "invalid", "url: " + allowed.error().message);
  const auto saved = call.parts.store.change<registry::Webhook>(
      [&](storage::Database& database) -> Result<registry::Webhook> {
        const auto id = TRY(registry::save_webhook(database, webhook));
        return *registry::find_webhook(database, id);
      });
  if (!saved) return std::unexpected(saved.error());
  return show(*saved, status);
}

std::expected<registry::Webhook, ApiError> find(const Call& call) {
  const auto id = TRY(call.id_at(2));
  const auto reader = call.parts.store.readers().borrow();
  auto webhook = registry::find_webhook(*reader, id);
  if (!webhook) return no_such("webhook");
  return std::move(*webhook);
}

}  // namespace

Answer list_webhooks(const Call& call) {
  const auto project = TRY(project_parameter(call));
  const auto reader = call.parts.store.readers().borrow();
  return show_all(registry::list_webhooks(*reader, project));
}

Answer create_webhook(const Call& call) {
  registry::Webhook webhook;
  const auto read = read_json(call.request.body, [&](const boost::json::value& value) {
    const Fields fields(value, "", {"project_id", "name", "url", "user", "password", "enabled", "format"});
    webhook.project_id = fields.text("project_id");
    read_into(webhook, fields);
  });
  if (!read) return std::unexpected(read.error());
  return save(call, webhook, 201);
}

Answer show_webhook(const Call& call) {
  const auto webhook = TRY(find(call));
  return show(webhook);
}

Answer change_webhook(const Call& call) {
  auto webhook = TRY(find(call));
  const auto read = read_json(call.request.body, [&](const boost::json::value& value) {
    read_into(webhook, Fields(value, "", {"name", "url", "user", "password", "enabled", "format"}));
  });
  if (!read) return std::unexpected(read.error());
  return save(call, webhook, 200);
}

Answer delete_webhook(const Call& call) {
  const auto id = TRY(call.id_at(2));
  const auto gone = call.parts.store.change<void>(
      [&](storage::Database& database) { return alerts::remove_webhook(database, id); });
  if (!gone) return std::unexpected(gone.error());
  return no_content();
}

Answer test_webhook(const Call& call) {
  const auto webhook = TRY(find(call));
  const auto place = call.parts.connection_tests.take();
  if (!place) return too_many_tests();
  return test_connection(webhook.url, webhook.user, webhook.password, call.parts.guard,
                         call.parts.options.syncs);
}

}  // namespace bellwether::publisher
