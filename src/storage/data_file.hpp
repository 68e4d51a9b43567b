#pragma once

#include <span>
#include <string>

#include "base/error.hpp"
#include "storage/database.hpp"

namespace bellwether::storage {

/// Opens a service's data file for writing and brings it to the present schema (`migrate`).
///
/// A new file is created under another name, gets its tables, and is renamed then. So a data file always has
/// tables in itself, and one without any has lost its write-ahead log, which held everything: that is an
/// error, because to go on would mean to start with nothing, and nobody would notice. A log that is there and
/// damaged is kept beside it as `FILE-wal.damaged`, and logged as an error: SQLite ignores it, and with it
/// what was written since the last checkpoint.
Result<Database> open_data_file(const std::string& path, std::span<const char* const> scripts);

}  // namespace bellwether::storage
