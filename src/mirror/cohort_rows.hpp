#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "contract/cohort_sync.hpp"
#include "mirror/numbering.hpp"
#include "storage/database.hpp"

/// Cohorts, their generations, and what is remembered of a project, as rows: loading and saving, no rules.
namespace bellwether::mirror {

struct Cohort {
  std::int64_t ref = 0;
  std::string project_id;
  std::string cohort_id;
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::int64_t generation = 0;
  std::int64_t size = 0;
};

/// Reads the columns ref, project_id, cohort_id, name, description, generation, size, which a SELECT begins
/// with.
Cohort read_cohort(const storage::Query& query);

/// The numbering remembered for a project.
Numbering load_numbering(storage::Database& database, std::string_view project_id);
void remember_numbering(storage::Database& database, std::string_view project_id, Numbering numbering);

/// Finds the page's cohort, or makes it; takes over a changed name or description.
Cohort touch_cohort(storage::Database& database, const contract::CohortPage& page, Timestamp now);
Cohort load_cohort(storage::Database& database, std::int64_t ref);
void save_cohort(storage::Database& database, const Cohort& cohort, Timestamp changed_at);

/// A new generation of the cohort, without rows.
std::int64_t new_generation(storage::Database& database, std::int64_t cohort_ref);

}  // namespace bellwether::mirror
