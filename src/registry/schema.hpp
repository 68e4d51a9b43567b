#pragma once

namespace bellwether::registry {

/// The tables of projects, cohorts, destinations and syncs.
extern const char* const kSchema;
/// Version 2: projects have a time zone, and there are reports.
extern const char* const kReportSchema;

}  // namespace bellwether::registry
