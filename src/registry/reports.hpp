#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "registry/checks.hpp"
#include "storage/database.hpp"

namespace bellwether::registry {

struct Report {
  std::int64_t id = 0;  ///< 0: not stored yet
  std::string project_id;
  std::string name;  ///< unique in the project
  std::string description;
  std::string definition;  ///< JSON (contract/report-definition.schema.json)
  Timestamp changed_at;
};

std::vector<Report> list_reports(storage::Database& database, std::string_view project_id);
std::optional<Report> find_report(storage::Database& database, std::int64_t id);
std::optional<Report> find_report(storage::Database& database, std::string_view project_id,
                                  std::string_view name);

/// Creates it, or replaces the one with its id. Refuses a definition that is wrong or that names a cohort
/// which is not there. Returns the id.
Result<std::int64_t> save_report(storage::Database& database, const Report& report);

Result<void> remove_report(storage::Database& database, std::int64_t id);

}  // namespace bellwether::registry
