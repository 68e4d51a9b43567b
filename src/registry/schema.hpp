#pragma once

namespace bellwether::registry {

/// The tables of projects, cohorts, destinations and syncs.
extern const char* const kSchema;

}  // namespace bellwether::registry
