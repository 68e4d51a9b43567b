#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>

#include "api/answer.hpp"
#include "base/error.hpp"
#include "registry/checks.hpp"
#include "storage/data_dir.hpp"
#include "storage/group_commit.hpp"
#include "storage/reader_pool.hpp"

namespace bellwether::publisher {

/// As an API answers it.
api::ApiError to_api_error(const Error& refusal);

/// The publisher's one data file: what people configured, and the runs. It holds the secrets of destinations,
/// so nobody but its owner can read it.
class Store {
 public:
  static Result<std::unique_ptr<Store>> open(const storage::DataDir& folder,
                                             const storage::GroupCommit::Limits& limits);

  storage::GroupCommit& writer() { return writer_; }
  storage::ReaderPool& readers() { return readers_; }
  /// Writes what was accepted and closes the file, so that the file alone holds everything.
  void close();

  /// Runs `work` in a transaction and waits until it is on the disk. When it refuses, what it has written is rolled
  /// back.
  template <typename T>
  std::expected<T, api::ApiError> change(const std::function<Result<T>(storage::Database&)>& work) {
    std::optional<Result<T>> outcome;
    const auto committed = writer_.run([&](storage::Database& database) {
      storage::Savepoint part(database);
      outcome.emplace(work(database));
      if (*outcome) part.keep();
    });
    if (!committed) return std::unexpected(unavailable(committed.error()));
    if (!*outcome) return std::unexpected(to_api_error(outcome->error()));
    if constexpr (std::is_void_v<T>) {
      return {};
    } else {
      return std::move(**outcome);
    }
  }

 private:
  Store(storage::Database database, const std::string& path, const storage::GroupCommit::Limits& limits)
      : readers_(path), writer_(std::move(database), limits, nullptr) {}
  static api::ApiError unavailable(const storage::CommitFailure& failure);

  storage::ReaderPool readers_;
  storage::GroupCommit writer_;
};

}  // namespace bellwether::publisher
