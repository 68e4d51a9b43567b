#pragma once

#include <string>

#include "base/error.hpp"

namespace bellwether::storage {

/// The folder that holds the data, locked for one process. The lock goes with the process, however it ends.
class DataDir {
 public:
  /// Creates the folder when it is not there. Files of ours in it that others can read are made private. When
  /// another process holds it, the error names its id.
  static Result<DataDir> lock(const std::string& path);

  DataDir(DataDir&& other) noexcept;
  DataDir& operator=(DataDir&&) = delete;
  DataDir(const DataDir&) = delete;
  DataDir& operator=(const DataDir&) = delete;
  ~DataDir();

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  DataDir(std::string path, int lock_fd) : path_(std::move(path)), lock_fd_(lock_fd) {}
  std::string path_;
  int lock_fd_;
};

}  // namespace bellwether::storage
