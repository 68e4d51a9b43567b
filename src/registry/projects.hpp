#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/checks.hpp"
#include "storage/database.hpp"

namespace bellwether::registry {

struct ServiceAccount {
  std::string user;
  std::string password;
  bool operator==(const ServiceAccount&) const = default;
};

struct Project {
  std::string id;
  std::string name;
  std::string token;
  std::string secret;                    ///< empty: none
  std::vector<ServiceAccount> accounts;  ///< by user
  std::string time_zone = "UTC";         ///< of its days and weeks; a name of the tz database
  /// Whose segments a root cause is looked for in; none: of all with few values.
  std::vector<std::string> priority_properties = {};
  bool operator==(const Project&) const = default;
};

std::vector<Project> list_projects(storage::Database& database);
std::optional<Project> find_project(storage::Database& database, std::string_view id);

/// Creates or replaces it. The id is 1 to 64 letters, digits, '-' and '_'.
Result<void> save_project(storage::Database& database, const Project& project);
/// Refused while it has cohorts, destinations or syncs.
Result<void> remove_project(storage::Database& database, std::string_view id);

}  // namespace bellwether::registry
