#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/checks.hpp"
#include "storage/database.hpp"

namespace bellwether::registry {

/// A webhook that cohort syncs go to.
struct Destination {
  std::int64_t id = 0;  ///< 0: not stored yet
  std::string project_id;
  std::string name;  ///< unique in the project
  std::string url;   ///< 1 to 2083 characters
  std::string user;  ///< HTTP Basic; empty: none
  std::string password;
  bool enabled = true;
};

std::vector<Destination> list_destinations(storage::Database& database, std::string_view project_id);
std::optional<Destination> find_destination(storage::Database& database, std::int64_t id);
std::optional<Destination> find_destination(storage::Database& database, std::string_view project_id,
                                            std::string_view name);

/// Creates it, or replaces the one with its id. Returns the id.
Result<std::int64_t> save_destination(storage::Database& database, const Destination& destination);

/// Refused while syncs go to it, with their cohorts.
Result<void> remove_destination(storage::Database& database, std::int64_t id);

}  // namespace bellwether::registry
