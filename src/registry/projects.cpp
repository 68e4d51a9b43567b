#include "registry/projects.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "calendar/calendar.hpp"

namespace bellwether::registry {

namespace {

using Kind = Error::Kind;

constexpr std::size_t kMaxId = 64;
constexpr std::size_t kMaxSecret = 255;
constexpr std::size_t kMaxPriorities = 30;

bool is_id(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !text.empty() && text.size() <= kMaxId && std::ranges::all_of(text, plain);
}

std::string join_lines(const std::vector<std::string>& names) {
  std::string lines;
  for (const std::string& name : names) lines += name + "\n";
  return lines;
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> names;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    names.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return names;
}

Project read(storage::Database& database, const storage::Query& row) {
  Project project{std::string(row.text(0)),
                  std::string(row.text(1)),
                  std::string(row.text(2)),
                  std::string(row.text(3)),
                  {},
                  std::string(row.text(4)),
                  split_lines(row.text(5))};
  auto accounts = database.query(
      "SELECT user, password FROM service_account WHERE project_id = ?1 ORDER BY user", project.id);
  while (accounts.next())
    project.accounts.push_back({std::string(accounts.text(0)), std::string(accounts.text(1))});
  return project;
}

Result<void> check(storage::Database& database, const Project& project) {
  if (!is_id(project.id))
    return fail(Kind::kInvalid, "a project's id must be 1 to 64 letters, digits, '-' and '_'");
  if (auto named = check_name("a project's name", project.name); !named) return named;
  if (!is_id(project.token))
    return fail(Kind::kInvalid, "a project's token must be 1 to 64 letters, digits, '-' and '_'");
  if (project.secret.size() > kMaxSecret) return fail(Kind::kInvalid, "a project's secret is too long");
  if (const auto zone = calendar::TimeZone::find(project.time_zone); !zone)
    return fail(Kind::kInvalid, zone.error().message);
  if (project.priority_properties.size() > kMaxPriorities)
    return fail(Kind::kInvalid,
                fmt::format("priority_properties must not hold more than {}", kMaxPriorities));
  for (const std::string& property : project.priority_properties) {
    if (auto named = check_name("a priority property", property, kMaxSecret); !named) return named;
  }
  std::set<std::string> users;
  for (const ServiceAccount& account : project.accounts) {
    const bool sound =
        !account.user.empty() && account.user.find(':') == std::string::npos && !account.password.empty();
    if (!sound) return fail(Kind::kInvalid, "a service account needs a user without ':' and a password");
    if (!users.insert(account.user).second)
      return fail(Kind::kInvalid, fmt::format("two service accounts have the user {}", account.user));
  }
  auto other =
      database.query("SELECT id FROM project WHERE token = ?1 AND id != ?2", project.token, project.id);
  if (other.next())
    return fail(Kind::kConflict, fmt::format("project {} has this token already", other.text(0)));
  return {};
}

}  // namespace

std::vector<Project> list_projects(storage::Database& database) {
  std::vector<Project> projects;
  auto rows = database.query(
      "SELECT id, name, token, secret, time_zone, priority_properties FROM project ORDER BY id");
  while (rows.next()) projects.push_back(read(database, rows));
  return projects;
}

std::optional<Project> find_project(storage::Database& database, std::string_view id) {
  auto rows = database.query(
      "SELECT id, name, token, secret, time_zone, priority_properties FROM project WHERE id = ?1", id);
  if (!rows.next()) return std::nullopt;
  return read(database, rows);
}

Result<void> save_project(storage::Database& database, const Project& project) {
  if (auto sound = check(database, project); !sound) return sound;
  database.run(
      "INSERT INTO project (id, name, token, secret, time_zone, priority_properties) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO UPDATE "
      "SET name = ?2, token = ?3, secret = ?4, time_zone = ?5, priority_properties = ?6",
      project.id, project.name, project.token, project.secret, project.time_zone,
      join_lines(project.priority_properties));
  database.run("DELETE FROM service_account WHERE project_id = ?1", project.id);
  for (const ServiceAccount& account : project.accounts) {
    database.run("INSERT INTO service_account (project_id, user, password) VALUES (?1, ?2, ?3)", project.id,
                 account.user, account.password);
  }
  return {};
}

Result<void> remove_project(storage::Database& database, std::string_view id) {
  if (!find_project(database, id)) return fail(Kind::kNotFound, fmt::format("there is no project {}", id));
  auto used = database.query(
      "SELECT (SELECT count(*) FROM cohort WHERE project_id = ?1), "
      "(SELECT count(*) FROM destination WHERE project_id = ?1), "
      "(SELECT count(*) FROM report WHERE project_id = ?1)",
      id);
  used.next();
  if (used.integer(0) + used.integer(1) + used.integer(2) > 0) {
    return fail(Kind::kConflict,
                fmt::format("project {} has {} cohorts, {} destinations and {} reports: remove those first",
                            id, used.integer(0), used.integer(1), used.integer(2)));
  }
  database.run("DELETE FROM service_account WHERE project_id = ?1", id);
  database.run("DELETE FROM project WHERE id = ?1", id);
  return {};
}

}  // namespace bellwether::registry
