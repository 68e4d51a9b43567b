#include "ingestion/identity.hpp"

#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/json_writer.hpp"
#include "events/sql.hpp"
#include "ingestion/impl/rows.hpp"
#include "ingestion/limits.hpp"

namespace bellwether::ingestion {

namespace {

using events::EngineError;

/// Who is who while links become known: each person with all ids that lead to it, so that a person who turns
/// out to be an alias of another takes its ids along at the cost of the smaller side.
class People {
 public:
  explicit People(const IdentityMap& known) {
    for (const auto& [alias, person] : known) join(alias, group_of(person));
  }

  bool is_alias(const std::string& id) const { return groups_of_aliases_.contains(id); }
  const std::string& person_of(const std::string& id) const {
    const auto found = groups_of_aliases_.find(id);
    return found == groups_of_aliases_.end() ? id : groups_[found->second].person;
  }

  /// `alias`, which is no alias yet, and all that leads to it lead to `person` now. False when those are too
  /// many.
  bool link(const std::string& alias, const std::string& person) {
    const std::size_t from = group_of(alias);
    const std::size_t to = group_of(person);
    if (groups_[from].aliases.size() + groups_[to].aliases.size() + 1 > kAliasesOfAPerson) return false;
    groups_of_persons_.erase(alias);
    merge(from, to);
    join(alias, groups_of_persons_.at(person));
    return true;
  }

 private:
  struct Group {
    std::string person;
    std::vector<std::string> aliases;
  };

  std::size_t group_of(const std::string& person) {
    const auto [found, fresh] = groups_of_persons_.try_emplace(person, groups_.size());
    if (fresh) groups_.push_back({person, {}});
    return found->second;
  }

  void join(const std::string& alias, std::size_t group) {
    groups_of_aliases_.insert_or_assign(alias, group);
    groups_[group].aliases.push_back(alias);
  }

  /// The aliases of both become those of the second's person, in the group that has more.
  void merge(std::size_t from, std::size_t to) {
    const std::string person = groups_[to].person;
    if (groups_[from].aliases.size() > groups_[to].aliases.size()) std::swap(from, to);
    for (const std::string& alias : std::exchange(groups_[from].aliases, {})) join(alias, to);
    groups_[to].person = person;
    groups_of_persons_.insert_or_assign(person, to);
  }

  std::vector<Group> groups_;
  std::map<std::string, std::size_t> groups_of_persons_;
  std::map<std::string, std::size_t> groups_of_aliases_;
};

std::expected<IdentityMap, EngineError> load(events::Engine& engine, const std::string& project_id,
                                             const std::set<std::string>& ids) {
  IdentityMap known;
  const auto read = impl::find_rows(
      engine, events::sql::kFindIdentities, events::Parameters().add("project", project_id), ids,
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

std::vector<IdentityLink> resolve_links(const IdentityMap& known, const std::vector<IdentityLink>& links) {
  People people(known);
  std::set<std::string> aliases;
  for (const auto& [alias, person] : known) aliases.insert(alias);
  for (const IdentityLink& link : links) {
    if (people.is_alias(link.alias)) continue;
    const std::string person = people.person_of(link.person);
    if (person == link.alias || !people.link(link.alias, person)) continue;
    aliases.insert(link.alias);
  }
  std::vector<IdentityLink> changed;
  for (const std::string& alias : aliases) {
    const std::string& person = people.person_of(alias);
    const auto before = known.find(alias);
    if (before == known.end() || before->second != person)
      changed.push_back({links.front().project_id, alias, person});
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
    const auto known = TRY(load(engine, project_id, ids));
    for (const IdentityLink& link : resolve_links(known, of_project)) append_row(rows, link, now);
  }
  if (rows.empty()) return {};
  return engine.insert(events::sql::kInsertIdentities, rows, impl::kIngestionQuery);
}

}  // namespace bellwether::ingestion
