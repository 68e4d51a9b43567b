#include <tuple>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/random_key.hpp"
#include "publisher/api/render.hpp"
#include "publisher/api/routes.hpp"

namespace bellwether::publisher {

namespace {

void read_into(registry::Sync& sync, const Fields& fields) {
  sync.properties = fields.texts("properties");
  sync.recurring = fields.flag_or("recurring", true);
  sync.owner = fields.text_or("owner", "");
}

/// Changes a sync in a transaction and shows it.
Answer change(const Call& call, unsigned status,
              const std::function<Result<std::int64_t>(storage::Database&)>& work) {
  const auto view = call.parts.store.change<SyncView>([&](storage::Database& database) -> Result<SyncView> {
    const auto id = TRY(work(database));
    return view_of(database, *registry::find_sync(database, id));
  });
  if (!view) return std::unexpected(view.error());
  call.parts.dispatcher.wake();
  return show(*view, status);
}

/// Changes the sync that the path names.
Answer change_named(const Call& call,
                    const std::function<Result<void>(storage::Database&, registry::Sync&)>& work) {
  const auto id = TRY(call.id_at(2));
  return change(call, 200, [&](storage::Database& database) -> Result<std::int64_t> {
    auto sync = registry::find_sync(database, id);
    if (!sync) return fail(Error::Kind::kNotFound, "there is no such sync");
    TRY(work(database, *sync));
    return id;
  });
}

}  // namespace

void forget_sync(const ApiParts& parts, std::int64_t id, const std::string& key) {
  parts.dispatcher.stop_run(id);
  if (const auto gone = parts.ledger.drop_sync(key); !gone)
    log::warn("what is left of a sync stays in the event engine",
              {{"sync", id}, {"error", gone.error().message}});
}

Answer list_syncs(const Call& call) {
  const auto reader = call.parts.store.readers().borrow();
  std::vector<SyncView> views;
  for (const registry::Sync& sync : registry::list_syncs(*reader, call.parameter("project").value_or("")))
    views.push_back(view_of(*reader, sync));
  return show_all(views);
}

Answer create_sync(const Call& call) {
  registry::Sync sync{.key = random_key(), .next_run_at = system_now()};
  const auto read = read_json(call.request.body, [&](const boost::json::value& value) {
    const Fields fields(value, "",
                        {"project_id", "cohort_id", "destination_id", "properties", "recurring", "owner"});
    sync.project_id = fields.text("project_id");
    sync.cohort_id = fields.integer("cohort_id");
    sync.destination_id = fields.integer("destination_id");
    read_into(sync, fields);
  });
  if (!read) return std::unexpected(read.error());
  return change(call, 201, [&](storage::Database& database) {
    return registry::save_sync(database, sync, call.parts.options.sync_limits);
  });
}

Answer show_sync(const Call& call) {
  const auto id = TRY(call.id_at(2));
  const auto reader = call.parts.store.readers().borrow();
  const auto sync = registry::find_sync(*reader, id);
  if (!sync) return no_such("sync");
  return show(view_of(*reader, *sync));
}

Answer change_sync(const Call& call) {
  registry::Sync wanted;
  const auto read = read_json(call.request.body, [&](const boost::json::value& value) {
    read_into(wanted, Fields(value, "", {"properties", "recurring", "owner"}));
  });
  if (!read) return std::unexpected(read.error());
  return change_named(call, [&](storage::Database& database, registry::Sync& sync) -> Result<void> {
    sync.properties = wanted.properties;
    sync.recurring = wanted.recurring;
    sync.owner = wanted.owner;
    std::ignore = TRY(registry::save_sync(database, sync, call.parts.options.sync_limits));
    return {};
  });
}

Answer delete_sync(const Call& call) {
  const auto id = TRY(call.id_at(2));
  const auto key =
      call.parts.store.change<std::string>([&](storage::Database& database) -> Result<std::string> {
        const auto sync = registry::find_sync(database, id);
        TRY(registry::remove_sync(database, id));
        sync::remove_runs_of_sync(database, id);
        return sync->key;
      });
  if (!key) return std::unexpected(key.error());
  forget_sync(call.parts, id, *key);
  return no_content();
}

Answer run_sync(const Call& call) {
  return change_named(call, [](storage::Database& database, registry::Sync& sync) -> Result<void> {
    if (sync.state == registry::SyncState::kPaused) {
      return fail(Error::Kind::kConflict, fmt::format("the sync is paused ({}): resume it", sync.note));
    }
    // A one-time export runs again when it is asked to.
    registry::set_sync_state(database, sync.id, registry::SyncState::kActive, "");
    registry::set_next_run(database, sync.id, system_now());
    return {};
  });
}

Answer pause_sync(const Call& call) {
  auto answer = change_named(call, [](storage::Database& database, registry::Sync& sync) -> Result<void> {
    registry::set_sync_state(database, sync.id, registry::SyncState::kPaused, "paused by a person");
    return {};
  });
  if (answer) call.parts.dispatcher.stop_run(call.id_at(2).value_or(0));
  return answer;
}

Answer resume_sync(const Call& call) {
  return change_named(call, [](storage::Database& database, registry::Sync& sync) -> Result<void> {
    if (sync.state != registry::SyncState::kPaused)
      return fail(Error::Kind::kConflict, "the sync is not paused");
    registry::set_sync_state(database, sync.id, registry::SyncState::kActive, "");
    registry::set_next_run(database, sync.id, system_now());
    return {};
  });
}

}  // namespace bellwether::publisher
