#include "publisher/store.hpp"

#include "publisher/migrations.hpp"
#include "storage/data_file.hpp"

namespace bellwether::publisher {

namespace {

constexpr const char* kDatabaseFile = "publisher.db";

}  // namespace

api::ApiError to_api_error(const Error& error) {
  switch (error.kind) {
    case Error::Kind::kInvalid:
      return {400, "invalid", error.message};
    case Error::Kind::kNotFound:
      return {404, "not_found", error.message};
    case Error::Kind::kConflict:
      return {409, "conflict", error.message};
    case Error::Kind::kFailed:
      break;
  }
  return {500, "internal", error.message};
}

Result<std::unique_ptr<Store>> Store::open(const storage::DataDir& folder,
                                           const storage::GroupCommit::Limits& limits) {
  const std::string path = folder.file(kDatabaseFile);
  auto database = TRY(storage::open_data_file(path, kMigrations));
  return std::unique_ptr<Store>(new Store(std::move(database), path, limits));
}

void Store::close() {
  readers_.close();
  writer_.stop();
}

api::ApiError Store::unavailable(const storage::CommitFailure& failure) {
  return {503, "storage_unavailable", "nothing was changed: " + failure.message};
}

}  // namespace bellwether::publisher
