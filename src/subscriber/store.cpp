#include "subscriber/store.hpp"

#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "storage/data_file.hpp"
#include "subscriber/migrations.hpp"

namespace bellwether::subscriber {

namespace {

void sync_file(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

}  // namespace

Result<storage::Database> open_store(const storage::DataDir& folder) {
  return storage::open_data_file(folder.file(kDatabaseFile), kMigrations);
}

Result<void> back_up(const std::string& data_dir, const std::string& target) {
  const std::string source = data_dir + "/" + kDatabaseFile;
  if (!std::filesystem::exists(source)) return fail(fmt::format("there is no data file {}", source));
  if (std::filesystem::exists(target))
    return fail(fmt::format("{} exists already: choose another name", target));
  const std::string partial = target + ".partial";
  std::error_code ignored;
  std::filesystem::remove(partial, ignored);
  try {
    storage::Database database(source, {.access = storage::Database::Access::kReadOnly});
    database.backup_to(partial);
  } catch (const storage::StorageError& error) {
    std::filesystem::remove(partial, ignored);
    return fail(fmt::format("the backup failed: {}", error.what()));
  }
  sync_file(partial);
  std::error_code failed;
  std::filesystem::rename(partial, target, failed);
  if (failed) return fail(fmt::format("cannot name the backup {}: {}", target, failed.message()));
  return {};
}

}  // namespace bellwether::subscriber
