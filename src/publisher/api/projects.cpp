#include <boost/json.hpp>

#include "publisher/api/render.hpp"
#include "publisher/api/routes.hpp"
#include "publisher/configuration.hpp"
#include "publisher/invalid_alert_message.hpp"

namespace bellwether::publisher {

namespace {

void render(JsonWriter& json, const Applied& applied, bool dry_run) {
  json.begin_object().key("dry_run").value(dry_run).key("changes").begin_array();
  for (const Change& change : applied.changes) {
    json.begin_object()
        .key("verb")
        .value(change.verb)
        .key("what")
        .value(change.what)
        .key("fields")
        .begin_array();
    for (const std::string& field : change.fields) json.value(field);
    json.end_array().end_object();
  }
  json.end_array().end_object();
}

/// What follows from a changed configuration in the running process.
void follow(const Call& call, const Applied& applied) {
  call.parts.on_projects_changed();
  for (const auto& [id, key] : applied.removed_syncs) forget_sync(call.parts, id, key);
  for (const auto& [report, change] : applied.misfits) {
    if (!change.problem.empty()) call.parts.operator_notifier.tell(invalid_alert_message(change, report));
  }
  call.parts.dispatcher.wake();
  call.parts.alert_scheduler.wake();
}

}  // namespace

Answer list_projects(const Call& call) {
  const auto reader = call.parts.store.readers().borrow();
  return show_all(registry::list_projects(*reader));
}

Answer show_project(const Call& call) {
  const auto reader = call.parts.store.readers().borrow();
  const auto project = registry::find_project(*reader, call.path[2]);
  if (!project) return no_such("project");
  return show(*project);
}

Answer put_project(const Call& call) {
  std::optional<registry::Project> before;
  {
    const auto reader = call.parts.store.readers().borrow();
    before = registry::find_project(*reader, call.path[2]);
  }
  registry::Project project;
  const auto read = read_json(call.request.body, [&](const boost::json::value& value) {
    const Fields fields(value, "",
                        {"name", "time_zone", "priority_properties", "token", "secret", "service_accounts"});
    project = read_project(fields, call.path[2]);
    // Nobody can read a secret to give it back: what is not given stays as it was.
    if (before && !fields.has("secret")) project.secret = before->secret;
    if (before && !fields.has("priority_properties"))
      project.priority_properties = before->priority_properties;
    if (before && !fields.has("time_zone")) project.time_zone = before->time_zone;
    if (before && !fields.has("service_accounts")) project.accounts = before->accounts;
  });
  if (!read) return std::unexpected(read.error());
  const auto saved = call.parts.store.change<void>(
      [&](storage::Database& database) { return registry::save_project(database, project); });
  if (!saved) return std::unexpected(saved.error());
  call.parts.on_projects_changed();
  return show(project);
}

Answer delete_project(const Call& call) {
  const auto gone = call.parts.store.change<void>(
      [&](storage::Database& database) { return registry::remove_project(database, call.path[2]); });
  if (!gone) return std::unexpected(gone.error());
  call.parts.on_projects_changed();
  return no_content();
}

Answer apply_configuration(const Call& call) {
  Configuration wanted;
  const auto read = read_json(call.request.body,
                              [&](const boost::json::value& value) { wanted = read_configuration(value); });
  if (!read) return std::unexpected(read.error());
  const bool dry_run = call.parameter("dry_run") == "1";
  const auto applied = call.parts.store.change<Applied>([&](storage::Database& database) {
    // A dry run does it all and takes it back: what it says is what would happen, refusals too.
    storage::Savepoint part(database);
    auto outcome = apply(database, wanted, call.parts.options.sync_limits, system_now());
    if (!dry_run) part.keep();
    return outcome;
  });
  if (!applied) return std::unexpected(applied.error());
  if (!dry_run && !applied->changes.empty()) follow(call, *applied);
  std::string body;
  JsonWriter json(body);
  render(json, *applied, dry_run);
  return api::json_response(std::move(body));
}

}  // namespace bellwether::publisher
