#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace bellwether::importer {

/// The bytes of a file in order, unpacked when it is gzip or zstd, which its first bytes tell and not its name. Holds one
/// piece at a time. One thread.
class FileBytes {
 public:
  static Result<std::unique_ptr<FileBytes>> open(const std::string& file);
  virtual ~FileBytes() = default;

  /// Empty at the end; valid until the next call. Fails when the file cannot be read, or is packed and damaged or cut off:
  /// what came before the fault was handed over.
  virtual Result<std::string_view> next() = 0;
  /// How many bytes of the file itself were read, packed as they are.
  virtual std::uint64_t position() const = 0;
  /// How large the file itself is.
  std::uint64_t size() const { return size_; }

 private:
  std::uint64_t size_ = 0;
};

}  // namespace bellwether::importer
