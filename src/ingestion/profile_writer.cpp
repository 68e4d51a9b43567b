#include "ingestion/profile_writer.hpp"

#include <set>

#include "base/json_writer.hpp"
#include "events/sql.hpp"
#include "ingestion/impl/rows.hpp"

namespace bellwether::ingestion {

namespace {

std::size_t size_of(const std::vector<ProfileUpdate>& updates) {
  std::size_t bytes = 0;
  for (const ProfileUpdate& update : updates) {
    bytes += update.distinct_id.size() + 64;
    for (const Operation& operation : update.operations) bytes += operation.argument.size();
  }
  return bytes;
}

}  // namespace

ProfileWriter::ProfileWriter(events::Engine& engine, const BatchLimits& limits)
    : engine_(engine), queue_(limits, [this](std::vector<Item> items) { write_batch(std::move(items)); }) {}

bool ProfileWriter::write(std::vector<ProfileUpdate> updates, Done done) {
  const std::size_t bytes = size_of(updates);
  return queue_.push(bytes, {std::move(updates), std::move(done)});
}

void ProfileWriter::write_batch(std::vector<Item> items) {
  const Written written = apply_all(items);
  for (Item& item : items) item.done(written);
}

Written ProfileWriter::apply_all(const std::vector<Item>& items) {
  auto profiles = load(items);
  if (!profiles) return std::unexpected(profiles.error());
  for (const Item& item : items) {
    for (const ProfileUpdate& update : item.updates) {
      Profile& profile = (*profiles)[{update.project_id, update.distinct_id}];
      profile.document = updated_profile(profile.document, update);
    }
  }
  const Timestamp now = system_now();
  std::string rows;
  for (const auto& [key, profile] : *profiles) {
    JsonWriter json(rows);
    const bool deleted = profile.document.empty();
    json.begin_object().key("project_id").value(key.first).key("distinct_id").value(key.second);
    json.key("properties").raw(deleted ? "{}" : profile.document).key("document").value(profile.document);
    // Of two rows with one time either may stay: the later must be later, whatever the clock says.
    const Timestamp at = std::max(now, profile.updated_at + Millis(1));
    json.key("deleted").value(deleted ? 1 : 0).key("updated_at").value(to_unix_ms(at)).end_object();
    rows += '\n';
  }
  if (rows.empty()) return {};
  return engine_.insert(events::sql::kInsertProfiles, rows, {});
}

std::expected<ProfileWriter::Profiles, events::EngineError> ProfileWriter::load(
    const std::vector<Item>& items) {
  std::map<std::string, std::set<std::string>> ids;
  for (const Item& item : items) {
    for (const ProfileUpdate& update : item.updates) ids[update.project_id].insert(update.distinct_id);
  }
  Profiles profiles;
  for (const auto& [project_id, of_project] : ids) {
    const auto read = impl::find_rows(
        engine_, events::sql::kFindProfiles, project_id, of_project, [&](const boost::json::array& row) {
          profiles[{project_id, std::string(row.at(0).as_string())}] = {
              std::string(row.at(1).as_string()), from_unix_ms(row.at(2).to_number<std::int64_t>())};
        });
    if (!read) return std::unexpected(read.error());
  }
  return profiles;
}

}  // namespace bellwether::ingestion
