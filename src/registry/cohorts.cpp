#include "registry/cohorts.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"
#include "registry/projects.hpp"
#include "registry/reports.hpp"
#include "reports/definition.hpp"

namespace bellwether::registry {

namespace {

using Kind = Error::Kind;

constexpr std::size_t kMaxDescription = 1000;
constexpr std::size_t kMaxDefinition = 256UL << 10U;

Cohort read(const storage::Query& row) {
  return {row.integer(0),
          std::string(row.text(1)),
          std::string(row.text(2)),
          std::string(row.text(3)),
          std::string(row.text(4)),
          std::string(row.text(5)),
          from_unix_ms(row.integer(6))};
}

std::expected<cohorts::Source, std::string> source_of(const Cohort& cohort) {
  if (!cohort.upload.empty()) return cohorts::Upload{cohort.upload};
  auto definition = cohorts::parse_definition(cohort.definition);
  if (!definition) return std::unexpected(definition.error().describe());
  return std::move(*definition);
}

/// The names of the project's cohorts whose definitions refer to `name`.
std::vector<std::string> cohorts_that_use(storage::Database& database, const Cohort& used) {
  std::vector<std::string> names;
  for (const Cohort& cohort : list_cohorts(database, used.project_id)) {
    if (cohort.id == used.id || cohort.definition.empty()) continue;
    const auto definition = cohorts::parse_definition(cohort.definition);
    if (!definition) continue;
    const auto referenced = cohorts::referenced_cohorts(*definition);
    if (std::ranges::find(referenced, used.name) != referenced.end()) names.push_back(cohort.name);
  }
  return names;
}

/// The names of the project's reports that are broken down by `used`.
std::vector<std::string> reports_that_use(storage::Database& database, const Cohort& used) {
  std::vector<std::string> names;
  for (const Report& report : list_reports(database, used.project_id)) {
    const auto definition = reports::parse_definition(report.definition);
    if (!definition) continue;
    const auto& cohorts = definition->frame().breakdown.cohorts;
    if (std::ranges::find(cohorts, used.name) != cohorts.end()) names.push_back(report.name);
  }
  return names;
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", name);
  return list;
}

Result<void> check(storage::Database& database, const Cohort& cohort) {
  if (!find_project(database, cohort.project_id))
    return fail(Kind::kNotFound, fmt::format("there is no project {}", cohort.project_id));
  if (auto named = check_name("a cohort's name", cohort.name); !named) return named;
  if (cohort.description.size() > kMaxDescription || cohort.definition.size() > kMaxDefinition)
    return fail(Kind::kInvalid, "the description or the definition is too long");
  const auto same = find_cohort(database, cohort.project_id, cohort.name);
  if (same && same->id != cohort.id)
    return fail(Kind::kConflict, fmt::format("the project has a cohort \"{}\" already", cohort.name));
  if (cohort.id != 0) {
    const auto before = find_cohort(database, cohort.id);
    if (!before) return fail(Kind::kNotFound, "there is no such cohort");
    std::vector<std::string> users;
    if (before->name != cohort.name) {
      users = cohorts_that_use(database, *before);
      std::ranges::copy(reports_that_use(database, *before), std::back_inserter(users));
    }
    if (!users.empty()) {
      return fail(Kind::kConflict,
                  fmt::format("\"{}\" cannot be renamed: {} refer to it", before->name, quoted_list(users)));
    }
  }
  const auto compiled = compile_cohort(database, cohort, from_unix_ms(0));
  if (!compiled) return fail(Kind::kInvalid, "definition: " + compiled.error());
  return {};
}

}  // namespace

std::vector<Cohort> list_cohorts(storage::Database& database, std::string_view project_id) {
  std::vector<Cohort> cohorts;
  auto rows = database.query(
      "SELECT id, project_id, name, description, definition, upload, changed_at FROM cohort "
      "WHERE project_id = ?1 ORDER BY id",
      project_id);
  while (rows.next()) cohorts.push_back(read(rows));
  return cohorts;
}

std::optional<Cohort> find_cohort(storage::Database& database, std::int64_t id) {
  auto rows = database.query(
      "SELECT id, project_id, name, description, definition, upload, changed_at FROM cohort WHERE id = ?1",
      id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::optional<Cohort> find_cohort(storage::Database& database, std::string_view project_id,
                                  std::string_view name) {
  auto rows = database.query(
      "SELECT id, project_id, name, description, definition, upload, changed_at FROM cohort "
      "WHERE project_id = ?1 AND name = ?2",
      project_id, name);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

Result<std::int64_t> save_cohort(storage::Database& database, const Cohort& cohort) {
  TRY(check(database, cohort));
  if (cohort.id == 0) {
    database.run(
        "INSERT INTO cohort (project_id, name, description, definition, upload, changed_at) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        cohort.project_id, cohort.name, cohort.description, cohort.definition, cohort.upload,
        to_unix_ms(cohort.changed_at));
    return database.last_insert_id();
  }
  database.run(
      "UPDATE cohort SET name = ?2, description = ?3, definition = ?4, upload = ?5, changed_at = ?6 "
      "WHERE id = ?1",
      cohort.id, cohort.name, cohort.description, cohort.definition, cohort.upload,
      to_unix_ms(cohort.changed_at));
  return cohort.id;
}

Result<void> remove_cohort(storage::Database& database, std::int64_t id) {
  const auto cohort = find_cohort(database, id);
  if (!cohort) return fail(Kind::kNotFound, "there is no such cohort");
  std::string users;
  auto syncs = database.query(
      "SELECT destination.name FROM sync JOIN destination ON destination.id = destination_id "
      "WHERE cohort_id = ?1",
      id);
  while (syncs.next()) users += fmt::format("{}the sync to \"{}\"", users.empty() ? "" : ", ", syncs.text(0));
  for (const std::string& name : cohorts_that_use(database, *cohort))
    users += fmt::format("{}the cohort \"{}\"", users.empty() ? "" : ", ", name);
  for (const std::string& name : reports_that_use(database, *cohort))
    users += fmt::format("{}the report \"{}\"", users.empty() ? "" : ", ", name);
  if (!users.empty())
    return fail(Kind::kConflict, fmt::format("the cohort \"{}\" is used by {}", cohort->name, users));
  database.run("DELETE FROM cohort WHERE id = ?1", id);
  return {};
}

cohorts::FindCohort cohort_finder(storage::Database& database, std::string_view project_id) {
  using Found = std::expected<cohorts::Source, std::string>;
  auto sources = std::make_shared<std::map<std::string, Found>>();
  for (const Cohort& cohort : list_cohorts(database, project_id))
    sources->emplace(cohort.name, source_of(cohort));
  return [sources = std::move(sources)](const std::string& name) -> Found {
    const auto found = sources->find(name);
    if (found == sources->end()) return std::unexpected(fmt::format("there is no cohort \"{}\"", name));
    return found->second;
  };
}

std::expected<cohorts::PeopleQuery, std::string> compile_cohort(storage::Database& database,
                                                                const Cohort& cohort, Timestamp now) {
  const auto source = TRY(source_of(cohort));
  const auto find = [&](const std::string& name) -> std::expected<cohorts::Source, std::string> {
    // What is being saved refers to itself under its new name, not under the stored one.
    if (name == cohort.name) return source;
    const auto found = find_cohort(database, cohort.project_id, name);
    if (!found) return std::unexpected(fmt::format("there is no cohort \"{}\"", name));
    return source_of(*found);
  };
  return cohorts::compile(source, cohort.project_id, now, find);
}

}  // namespace bellwether::registry
