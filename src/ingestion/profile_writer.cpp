#include "ingestion/profile_writer.hpp"

#include <algorithm>
#include <set>

#include "base/json_writer.hpp"
#include "events/sql.hpp"
#include "ingestion/impl/isolate.hpp"
#include "ingestion/impl/rows.hpp"
#include "ingestion/profile.hpp"

namespace bellwether::ingestion {

namespace {

std::size_t size_of(const std::vector<ProfileUpdate>& updates) {
  std::size_t bytes = 0;
  for (const ProfileUpdate& update : updates) {
    bytes += update.id.size() + 64;
    for (const Operation& operation : update.operations) bytes += operation.argument.size();
  }
  return bytes;
}

}  // namespace

ProfileWriter::ProfileWriter(events::Engine& engine, const BatchLimits& batches, const ProfileLimits& limits)
    : engine_(engine),
      limits_(limits),
      queue_(batches, [this](std::vector<Item> items) { write_batch(std::move(items)); }) {}

bool ProfileWriter::write(std::vector<ProfileUpdate> updates, Done done) {
  const std::size_t bytes = size_of(updates);
  return queue_.push(bytes, {std::move(updates), std::move(done)});
}

void ProfileWriter::write_batch(std::vector<Item> items) {
  std::vector<Outcome> outcomes(items.size());
  const auto stored = load(items);
  if (stored) {
    auto rows = apply(items, *stored, outcomes);
    const auto groups =
        std::ranges::partition(rows, [](const Row& row) { return row.key.group_key.empty(); });
    const std::vector<Row> of_groups(std::make_move_iterator(groups.begin()),
                                     std::make_move_iterator(groups.end()));
    rows.erase(groups.begin(), groups.end());
    insert(events::sql::kInsertProfiles, rows, outcomes);
    insert(events::sql::kInsertGroupProfiles, of_groups, outcomes);
  } else {
    std::ranges::fill(outcomes, std::unexpected(stored.error()));
  }
  for (std::size_t i = 0; i < items.size(); ++i) items[i].done(outcomes[i]);
}

std::vector<ProfileWriter::Row> ProfileWriter::apply(const std::vector<Item>& items,
                                                     const std::map<Key, Stored>& stored,
                                                     std::vector<Outcome>& outcomes) const {
  struct Edited {
    Profile profile;
    Timestamp updated_at;
    std::vector<std::size_t> items = {};
  };
  std::map<Key, Edited> edited;
  for (std::size_t i = 0; i < items.size(); ++i) {
    for (const ProfileUpdate& update : items[i].updates) {
      const Key key{update.project_id, update.group_key, update.id};
      auto found = edited.find(key);
      if (found == edited.end()) {
        const auto before = stored.find(key);
        const Stored none{};
        const Stored& was = before == stored.end() ? none : before->second;
        found = edited.emplace(key, Edited{Profile(was.document, limits_), was.updated_at}).first;
      }
      if (auto refused = found->second.profile.apply(update)) {
        outcomes[i]->push_back(rejection(key, Reason::kLimit, std::move(*refused)));
      } else if (found->second.items.empty() || found->second.items.back() != i) {
        found->second.items.push_back(i);
      }
    }
  }
  const Timestamp now = system_now();
  std::vector<Row> rows;
  for (auto& [key, one] : edited) {
    if (one.items.empty()) continue;
    // Of two rows with one time either may stay: the later must be later, whatever the clock says.
    const Timestamp at = std::max(now, one.updated_at + Millis(1));
    rows.push_back({key, make_row(key, one.profile.document(), at), std::move(one.items)});
  }
  return rows;
}

std::string ProfileWriter::make_row(const Key& key, const std::string& document, Timestamp at) {
  std::string row;
  JsonWriter json(row);
  const bool deleted = document.empty();
  json.begin_object().key("project_id").value(key.project_id);
  if (key.group_key.empty()) {
    json.key("distinct_id").value(key.id);
  } else {
    json.key("group_key").value(key.group_key).key("group_id").value(key.id);
  }
  json.key("properties").raw(deleted ? "{}" : document).key("document").value(document);
  json.key("deleted").value(deleted ? 1 : 0).key("updated_at").value(to_unix_ms(at)).end_object();
  row += '\n';
  return row;
}

Rejection ProfileWriter::rejection(const Key& key, Reason reason, std::string message) {
  return {.reason = reason,
          .project_id = key.project_id,
          .field = key.group_key.empty() ? "$distinct_id" : "$group_id",
          .message = std::move(message),
          .record = key.id};
}

void ProfileWriter::insert(std::string_view statement, const std::vector<Row>& rows,
                           std::vector<Outcome>& outcomes) {
  const auto insert_some = [&](std::size_t begin, std::size_t end) {
    std::string lines;
    for (std::size_t i = begin; i < end; ++i) lines += rows[i].json;
    return engine_.insert(statement, lines, impl::kIngestionQuery);
  };
  const auto tell = [&](std::size_t begin, std::size_t end,
                        const std::expected<void, events::EngineError>& written) {
    if (written) return;
    const bool refused = written.error().kind == events::EngineError::Kind::kQuery;
    for (std::size_t i = begin; i < end; ++i) {
      for (const std::size_t item : rows[i].items) {
        if (!refused) {
          outcomes[item] = std::unexpected(written.error());
        } else if (outcomes[item]) {
          outcomes[item]->push_back(
              rejection(rows[i].key, Reason::kEngine, "the event engine refuses a value in the update"));
        }
      }
    }
  };
  impl::insert_isolating(0, rows.size(), insert_some, tell);
}

std::expected<std::map<ProfileWriter::Key, ProfileWriter::Stored>, events::EngineError> ProfileWriter::load(
    const std::vector<Item>& items) {
  std::map<std::pair<std::string, std::string>, std::set<std::string>> ids;  // by project and group key
  for (const Item& item : items) {
    for (const ProfileUpdate& update : item.updates)
      ids[{update.project_id, update.group_key}].insert(update.id);
  }
  std::map<Key, Stored> profiles;
  for (const auto& [owner, wanted] : ids) {
    const auto& [project_id, group_key] = owner;
    events::Parameters parameters;
    parameters.add("project", project_id);
    if (!group_key.empty()) parameters.add("group_key", group_key);
    const auto read = impl::find_rows(
        engine_, group_key.empty() ? events::sql::kFindProfiles : events::sql::kFindGroupProfiles, parameters,
        wanted, [&](const boost::json::array& row) {
          profiles[{project_id, group_key, std::string(row.at(0).as_string())}] = {
              std::string(row.at(1).as_string()), from_unix_ms(row.at(2).to_number<std::int64_t>())};
        });
    if (!read) return std::unexpected(read.error());
  }
  return profiles;
}

}  // namespace bellwether::ingestion
