#include "publisher/store.hpp"

#include <array>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alerts/schema.hpp"
#include "registry/schema.hpp"
#include "storage/clock_times.hpp"
#include "storage/migrations.hpp"
#include "sync/run_store.hpp"

namespace bellwether::publisher {

namespace {

constexpr const char* kDatabaseFile = "publisher.db";

/// Each released schema change adds a script at the end; none is ever edited.
std::array<std::string, 4> migrations() {
  return {std::string(registry::kSchema) + sync::kSchema, registry::kReportSchema, alerts::kSchema,
          storage::kClockSchema};
}

/// Made before SQLite does, so that it is never readable by others, not even for a moment.
void make_private(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd >= 0) close(fd);
}

}  // namespace

api::ApiError to_api_error(const registry::Refusal& refusal) {
  switch (refusal.kind) {
    case registry::Refusal::Kind::kInvalid:
      return {400, "invalid", refusal.message};
    case registry::Refusal::Kind::kNotFound:
      return {404, "not_found", refusal.message};
    case registry::Refusal::Kind::kConflict:
      return {409, "conflict", refusal.message};
  }
  return {500, "internal", refusal.message};
}

Result<std::unique_ptr<Store>> Store::open(const storage::DataDir& folder,
                                           const storage::GroupCommit::Limits& limits) {
  const std::string path = folder.file(kDatabaseFile);
  make_private(path);
  try {
    storage::Database database(path, {});
    const auto scripts = migrations();
    std::array<const char*, scripts.size()> texts{};
    for (std::size_t i = 0; i < scripts.size(); ++i) texts[i] = scripts[i].c_str();
    if (auto migrated = storage::migrate(database, texts); !migrated)
      return std::unexpected(migrated.error());
    return std::unique_ptr<Store>(new Store(std::move(database), path, limits));
  } catch (const storage::StorageError& error) {
    return fail(fmt::format("the data file in {} cannot be opened: {}", folder.path(), error.what()));
  }
}

api::ApiError Store::unavailable(const storage::CommitFailure& failure) {
  return {503, "storage_unavailable", "nothing was changed: " + failure.message};
}

}  // namespace bellwether::publisher
