#include "publisher/store.hpp"

#include "publisher/migrations.hpp"
#include "storage/data_file.hpp"

namespace bellwether::publisher {

namespace {

constexpr const char* kDatabaseFile = "publisher.db";

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
  auto database = storage::open_data_file(path, kMigrations);
  if (!database) return std::unexpected(database.error());
  return std::unique_ptr<Store>(new Store(std::move(*database), path, limits));
}

void Store::close() {
  readers_.close();
  writer_.stop();
}

api::ApiError Store::unavailable(const storage::CommitFailure& failure) {
  return {503, "storage_unavailable", "nothing was changed: " + failure.message};
}

}  // namespace bellwether::publisher
