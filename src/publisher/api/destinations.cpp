#include <utility>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "publisher/api/render.hpp"
#include "publisher/api/routes.hpp"
#include "publisher/connection_test.hpp"
#include "publisher/kept_secret.hpp"

namespace bellwether::publisher {

namespace {

void read_into(registry::Destination& destination, const Fields& fields) {
  const std::string url_before = std::exchange(destination.url, fields.text("url"));
  destination.name = fields.text("name");
  destination.user = fields.text_or("user", "");
  destination.password = changed_secret({.before = destination.password,
                                         .given = fields.optional_text("password"),
                                         .url_before = url_before,
                                         .url = destination.url,
                                         .is_used = !destination.user.empty()});
  destination.enabled = fields.flag_or("enabled", true);
}

Answer save(const Call& call, const registry::Destination& destination, unsigned status) {
  // A URL that can never be reached is told now, not by a sync that pauses.
  if (auto allowed = call.parts.guard.check_url(destination.url); !allowed)
    return api_error(400, "invalid", "url: " + allowed.error().message);
  const auto saved = call.parts.store.change<registry::Destination>(
      [&](storage::Database& database) -> Result<registry::Destination> {
        const auto id = TRY(registry::save_destination(database, destination));
        return *registry::find_destination(database, id);
      });
  if (!saved) return std::unexpected(saved.error());
  call.parts.dispatcher.wake();
  return show(*saved, status);
}

std::expected<registry::Destination, ApiError> find(const Call& call) {
  const auto id = TRY(call.id_at(2));
  const auto reader = call.parts.store.readers().borrow();
  auto destination = registry::find_destination(*reader, id);
  if (!destination) return no_such("destination");
  return std::move(*destination);
}

}  // namespace

Answer list_destinations(const Call& call) {
  const auto project = TRY(project_parameter(call));
  const auto reader = call.parts.store.readers().borrow();
  return show_all(registry::list_destinations(*reader, project));
}

Answer create_destination(const Call& call) {
  registry::Destination destination;
  const auto read = read_json(call.request.body, [&](const boost::json::value& value) {
    const Fields fields(value, "", {"project_id", "name", "url", "user", "password", "enabled"});
    destination.project_id = fields.text("project_id");
    read_into(destination, fields);
  });
  if (!read) return std::unexpected(read.error());
  return save(call, destination, 201);
}

Answer show_destination(const Call& call) {
  const auto destination = TRY(find(call));
  return show(destination);
}

Answer change_destination(const Call& call) {
  auto destination = TRY(find(call));
  const auto read = read_json(call.request.body, [&](const boost::json::value& value) {
    read_into(destination, Fields(value, "", {"name", "url", "user", "password", "enabled"}));
  });
  if (!read) return std::unexpected(read.error());
  return save(call, destination, 200);
}

Answer delete_destination(const Call& call) {
  const auto id = TRY(call.id_at(2));
  const auto gone = call.parts.store.change<void>(
      [&](storage::Database& database) { return registry::remove_destination(database, id); });
  if (!gone) return std::unexpected(gone.error());
  return no_content();
}

Answer test_destination(const Call& call) {
  const auto destination = TRY(find(call));
  const auto place = call.parts.connection_tests.take();
  if (!place) return too_many_tests();
  return test_connection(destination.url, destination.user, destination.password, call.parts.guard,
                         call.parts.options.syncs);
}

}  // namespace bellwether::publisher
