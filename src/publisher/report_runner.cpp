#include "publisher/report_runner.hpp"

namespace bellwether::publisher {

reports::Context report_context(storage::Database& database, events::Engine& engine,
                                const registry::Project& project, Timestamp now, Millis within) {
  return {.engine = engine,
          .project_id = project.id,
          .zone = calendar::TimeZone::find_or_utc(project.time_zone),
          .now = now,
          .find_cohort = registry::cohort_finder(database, project.id),
          .within = within};
}

}  // namespace bellwether::publisher
