#pragma once

#include <span>
#include <string>

#include "base/error.hpp"
#include "storage/database.hpp"

namespace bellwether::storage {

/// Brings the file to schema version `scripts.size()`: script i leads from version i to i+1, each in one
/// transaction. A file of a newer version is refused, with both numbers, and left as it is.
Result<void> migrate(Database& database, std::span<const char* const> scripts);

}  // namespace bellwether::storage
