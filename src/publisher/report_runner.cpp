#include "publisher/report_runner.hpp"

namespace bellwether::publisher {

reports::Context report_context(storage::Database& database, events::Engine& engine,
                                const registry::Project& project, Timestamp now, Millis within) {
  // A zone that was good when the project was saved may be gone with another tz database.
  const auto zone = calendar::TimeZone::find(project.time_zone);
  return {.engine = engine,
          .project_id = project.id,
          .zone = zone ? *zone : calendar::TimeZone::utc(),
          .now = now,
          .find_cohort = registry::cohort_finder(database, project.id),
          .within = within};
}

}  // namespace bellwether::publisher
