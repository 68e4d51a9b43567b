#pragma once

#include <string_view>

namespace bellwether::cohorts {

/// The published JSON Schema of a cohort's definition (contract/cohort-definition.schema.json).
std::string_view definition_schema();

}  // namespace bellwether::cohorts
