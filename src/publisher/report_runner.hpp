#pragma once

#include <map>
#include <string>

#include "events/engine.hpp"
#include "registry/cohorts.hpp"
#include "registry/projects.hpp"
#include "reports/report.hpp"
#include "storage/database.hpp"

namespace bellwether::publisher {

/// What running a project's reports needs, read from the registry so that no reader is held while the engine
/// works.
reports::Context report_context(storage::Database& database, events::Engine& engine,
                                const registry::Project& project, Timestamp now, Millis within);

}  // namespace bellwether::publisher
