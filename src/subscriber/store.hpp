#pragma once

#include <memory>
#include <string>

#include "base/error.hpp"
#include "storage/data_dir.hpp"
#include "storage/database.hpp"

/// The subscriber's one data file.
namespace bellwether::subscriber {

inline constexpr const char* kDatabaseFile = "bellwether.db";

/// Opens the file of a locked folder for writing, creates or migrates it, and settles what the last process
/// left unfinished is the caller's next step (see Service).
Result<storage::Database> open_store(const storage::DataDir& folder);

/// Copies the data file of `data_dir` to `target` while a subscriber may be using it, and waits for the disk.
Result<void> back_up(const std::string& data_dir, const std::string& target);

}  // namespace bellwether::subscriber
