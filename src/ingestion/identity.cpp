#include "ingestion/identity.hpp"

#include <set>

#include "base/json_writer.hpp"
#include "events/sql.hpp"
#include "ingestion/impl/rows.hpp"

namespace bellwether::ingestion {

namespace {

using events::EngineError;

std::string person_of(const IdentityMap& known, const std::string& id) {
  const auto found = known.find(id);
  return found == known.end() ? id : found->second;
}

std::expected<IdentityMap, EngineError> load(events::Engine& engine, const std::string& project_id,
                                             const std::set<std::string>& ids) {
  IdentityMap known;
  const auto read = impl::find_rows(
      engine, events::sql::kFindIdentities, project_id, ids,
      [&](const boost::json::array& row) { known.emplace(row.at(0).as_string(), row.at(1).as_string()); });
  if (!read) return std::unexpected(read.error());
  return known;
}

void append_row(std::string& rows, const IdentityLink& link, Timestamp now) {
  JsonWriter json(rows);
  json.begin_object().key("project_id").value(link.project_id).key("alias").value(link.alias);
  json.key("person").value(link.person).key("known_at").value(to_unix_ms(now)).end_object();
  rows += '\n';
}

}  // namespace

std::vector<IdentityLink> resolve_links(IdentityMap known, const std::vector<IdentityLink>& links) {
  std::vector<IdentityLink> changed;
  for (const IdentityLink& link : links) {
    if (known.contains(link.alias)) continue;
    const std::string person = person_of(known, link.person);
    if (person == link.alias) continue;
    for (auto& [alias, led_to] : known) {
      if (led_to != link.alias) continue;
      led_to = person;
      changed.push_back({link.project_id, alias, person});
    }
    known.emplace(link.alias, person);
    changed.push_back({link.project_id, link.alias, person});
  }
  return changed;
}

std::expected<void, EngineError> store_links(events::Engine& engine, const std::vector<IdentityLink>& links,
                                             Timestamp now) {
  std::map<std::string, std::vector<IdentityLink>> by_project;
  for (const IdentityLink& link : links) by_project[link.project_id].push_back(link);
  std::string rows;
  for (const auto& [project_id, of_project] : by_project) {
    std::set<std::string> ids;
    for (const IdentityLink& link : of_project) {
      ids.insert(link.alias);
      ids.insert(link.person);
    }
    const auto known = load(engine, project_id, ids);
    if (!known) return std::unexpected(known.error());
    for (const IdentityLink& link : resolve_links(*known, of_project)) append_row(rows, link, now);
  }
  if (rows.empty()) return {};
  return engine.insert(events::sql::kInsertIdentities, rows, {});
}

}  // namespace bellwether::ingestion
