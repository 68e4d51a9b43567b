#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "cohorts/query.hpp"
#include "registry/checks.hpp"
#include "storage/database.hpp"

namespace bellwether::registry {

/// A cohort as people made it: by a definition, or by a list that was uploaded.
struct Cohort {
  std::int64_t id = 0;  ///< 0: not stored yet
  std::string project_id;
  std::string name;  ///< unique in the project
  std::string description;
  std::string definition;  ///< JSON; empty for an uploaded list
  std::string upload;      ///< the list's key in the event engine; empty for a definition
  Timestamp changed_at;
};

std::vector<Cohort> list_cohorts(storage::Database& database, std::string_view project_id);
std::optional<Cohort> find_cohort(storage::Database& database, std::int64_t id);
std::optional<Cohort> find_cohort(storage::Database& database, std::string_view project_id,
                                  std::string_view name);

/// Creates it, or replaces the one with its id. Refuses a definition that is wrong, that refers to a cohort
/// which is not there, or to itself; and a new name while other cohorts refer to the old one. Returns the id.
Result<std::int64_t> save_cohort(storage::Database& database, const Cohort& cohort);

/// Refused while a sync or another cohort uses it, with who does.
Result<void> remove_cohort(storage::Database& database, std::int64_t id);

/// The project's cohorts as they are now, to find by name.
cohorts::FindCohort cohort_finder(storage::Database& database, std::string_view project_id);

/// As one query of the event engine, as of `now`.
std::expected<cohorts::PeopleQuery, std::string> compile_cohort(storage::Database& database,
                                                                const Cohort& cohort, Timestamp now);

}  // namespace bellwether::registry
