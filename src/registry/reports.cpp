#include "registry/reports.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "registry/cohorts.hpp"
#include "registry/projects.hpp"
#include "reports/definition.hpp"

namespace bellwether::registry {

namespace {

using Kind = Error::Kind;

constexpr std::size_t kMaxDescription = 1000;
constexpr std::size_t kMaxDefinition = 256UL << 10U;

Report read(const storage::Query& row) {
  return {row.integer(0),           std::string(row.text(1)), std::string(row.text(2)),
          std::string(row.text(3)), std::string(row.text(4)), from_unix_ms(row.integer(5))};
}

Result<void> check(storage::Database& database, const Report& report) {
  if (!find_project(database, report.project_id))
    return fail(Kind::kNotFound, fmt::format("there is no project {}", report.project_id));
  if (auto named = check_name("a report's name", report.name); !named) return named;
  if (report.description.size() > kMaxDescription || report.definition.size() > kMaxDefinition)
    return fail(Kind::kInvalid, "the description or the definition is too long");
  const auto same = find_report(database, report.project_id, report.name);
  if (same && same->id != report.id)
    return fail(Kind::kConflict, fmt::format("the project has a report \"{}\" already", report.name));
  if (report.id != 0 && !find_report(database, report.id))
    return fail(Kind::kNotFound, "there is no such report");
  const auto definition = reports::parse_definition(report.definition);
  if (!definition) return fail(Kind::kInvalid, "definition: " + definition.error().describe());
  for (const std::string& cohort : definition->frame().breakdown.cohorts) {
    if (!find_cohort(database, report.project_id, cohort))
      return fail(Kind::kInvalid,
                  fmt::format("definition: breakdown.cohorts: there is no cohort \"{}\"", cohort));
  }
  return {};
}

}  // namespace

std::vector<Report> list_reports(storage::Database& database, std::string_view project_id) {
  std::vector<Report> reports;
  auto rows = database.query(
      "SELECT id, project_id, name, description, definition, changed_at FROM report WHERE project_id = ?1 "
      "ORDER BY id",
      project_id);
  while (rows.next()) reports.push_back(read(rows));
  return reports;
}

std::optional<Report> find_report(storage::Database& database, std::int64_t id) {
  auto rows = database.query(
      "SELECT id, project_id, name, description, definition, changed_at FROM report WHERE id = ?1", id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::optional<Report> find_report(storage::Database& database, std::string_view project_id,
                                  std::string_view name) {
  auto rows = database.query(
      "SELECT id, project_id, name, description, definition, changed_at FROM report WHERE project_id = ?1 "
      "AND name = ?2",
      project_id, name);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

Result<std::int64_t> save_report(storage::Database& database, const Report& report) {
  TRY(check(database, report));
  if (report.id == 0) {
    database.run(
        "INSERT INTO report (project_id, name, description, definition, changed_at) "
        "VALUES (?1, ?2, ?3, ?4, ?5)",
        report.project_id, report.name, report.description, report.definition, to_unix_ms(report.changed_at));
    return database.last_insert_id();
  }
  database.run(
      "UPDATE report SET name = ?2, description = ?3, definition = ?4, changed_at = ?5 WHERE id = ?1",
      report.id, report.name, report.description, report.definition, to_unix_ms(report.changed_at));
  return report.id;
}

Result<void> remove_report(storage::Database& database, std::int64_t id) {
  if (!find_report(database, id)) return fail(Kind::kNotFound, "there is no such report");
  database.run("DELETE FROM report WHERE id = ?1", id);
  return {};
}

}  // namespace bellwether::registry
