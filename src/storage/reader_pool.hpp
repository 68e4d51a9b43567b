#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/database.hpp"

namespace bellwether::storage {

/// Read-only connections, lent one at a time. Each borrowed one sees a snapshot of its own. Thread-safe.
class ReaderPool {
 public:
  struct GiveBack {
    ReaderPool* pool;
    void operator()(Database* database) const { pool->give_back(database); }
  };
  using Borrowed = std::unique_ptr<Database, GiveBack>;

  explicit ReaderPool(std::string path) : path_(std::move(path)) {}

  /// Throws StorageError when a new connection is needed and cannot be opened. The pool must outlive it.
  Borrowed borrow();

  /// Closes the connections that nobody has; those that are given back later are closed then. To be called
  /// before the writer closes: only the last connection of a file empties its write-ahead log.
  void close();

 private:
  void give_back(Database* database);

  const std::string path_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Database>> idle_;
  bool closed_ = false;
};

}  // namespace bellwether::storage
