#pragma once

#include <string>

#include "alerts/alert.hpp"
#include "alerts/history.hpp"
#include "alerts/notification.hpp"
#include "base/json_writer.hpp"
#include "publisher/fields.hpp"
#include "registry/cohorts.hpp"
#include "registry/destinations.hpp"
#include "registry/projects.hpp"
#include "registry/reports.hpp"
#include "registry/syncs.hpp"
#include "registry/webhooks.hpp"
#include "sync/run_store.hpp"

/// What people configure, from and to JSON. Secrets go in and never come out.
namespace bellwether::publisher {

/// Throws ParseError.
registry::Webhook::Format read_webhook_format(const Fields& fields);
/// Throws ParseError.
registry::Project read_project(const Fields& fields, std::string id);

void render(JsonWriter& json, const registry::Project& project);
void render(JsonWriter& json, const registry::Cohort& cohort);
void render(JsonWriter& json, const registry::Destination& destination);
void render(JsonWriter& json, const registry::Report& report);
void render(JsonWriter& json, const registry::Webhook& webhook);
void render(JsonWriter& json, const alerts::Alert& alert);
void render(JsonWriter& json, const alerts::Event& event);
void render(JsonWriter& json, const alerts::Notification& notification);
void render(JsonWriter& json, const sync::Run& run);
void render(JsonWriter& json, const sync::Attempt& attempt);

/// A sync with the names of its ends, its snapshot and its open or last run.
struct SyncView {
  registry::Sync sync;
  std::string cohort;
  std::string destination;
  std::optional<sync::Snapshot> snapshot;
  std::optional<sync::Run> run;
};
SyncView view_of(storage::Database& database, const registry::Sync& sync);
void render(JsonWriter& json, const SyncView& view);

}  // namespace bellwether::publisher
