#pragma once

#include <string_view>

namespace bellwether::reports {

/// The published JSON Schema of a report's definition (contract/report-definition.schema.json).
std::string_view definition_schema();

}  // namespace bellwether::reports
