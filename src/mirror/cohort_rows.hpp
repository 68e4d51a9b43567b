#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "contract/cohort_sync.hpp"
#include "mirror/numbering.hpp"
#include "storage/database.hpp"

/// Cohorts and their generations, as rows: loading and saving, no rules.
namespace bellwether::mirror {

struct Cohort {
  std::int64_t ref = 0;
  std::string project_id;
  std::string cohort_id;
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::int64_t generation = 0;
  std::int64_t size = 0;
  Numbering numbering = Numbering::kUnknown;  ///< what its sessions have shown
  bool has_baseline = false;                  ///< a full load has come
  std::int64_t newest_session = 0;            ///< the session that began last
  std::int64_t restated_at = 0;               ///< the first page of the last restatement: see resolve.hpp
};

// clang-format off
/// The columns that `read_cohort` reads, which a SELECT begins with.
#define COHORT_COLUMNS                                                                    \
  "ref, project_id, cohort_id, name, description, generation, size, numbering, baseline, " \
  "newest_session, restated_at"
// clang-format on
constexpr int kCohortColumns = 11;
Cohort read_cohort(const storage::Query& query);

/// Finds the page's cohort, or makes it; takes over a changed name or description.
Cohort touch_cohort(storage::Database& database, const contract::CohortPage& page, Timestamp now);
Cohort load_cohort(storage::Database& database, std::int64_t ref);
/// What a session changed: the generation, the size, the baseline.
void save_cohort(storage::Database& database, const Cohort& cohort, Timestamp changed_at);
void save_newest_session(storage::Database& database, const Cohort& cohort);
void save_baseline(storage::Database& database, const Cohort& cohort);
void save_numbering(storage::Database& database, const Cohort& cohort);

/// A new generation of the cohort, without rows.
std::int64_t new_generation(storage::Database& database, std::int64_t cohort_ref);

}  // namespace bellwether::mirror
