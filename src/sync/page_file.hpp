#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

/// A run's pages on the disk, as they go out: cut and written once, when the run's changes are frozen, and
/// then read one by one, also by the next process. The file is complete or does not open.
///
///     members array, members array, …
///     offset of each page and of the end: 8 bytes each, little-endian
///     count of pages, mark
namespace bellwether::sync {

class PageFileWriter {
 public:
  /// Replaces what is there. `page_members`: at most, on a page.
  PageFileWriter(const std::string& path, std::uint32_t page_members);

  /// A member as JSON, for the current action.
  void add(std::string_view member);
  /// Ends the action's last page; an action without members is one empty page.
  void end_action();
  /// Durable when it returns.
  Result<void> finish();

 private:
  void begin_page();
  void end_page();

  const std::string path_;
  const std::uint32_t page_members_;
  std::string page_;
  std::uint32_t on_page_ = 0;
  bool action_has_page_ = false;
  std::ofstream stream_;
  std::uint64_t offset_ = 0;
  std::vector<std::uint64_t> offsets_;
};

class PageFile {
 public:
  static Result<PageFile> open(const std::string& path);

  std::uint32_t pages() const { return static_cast<std::uint32_t>(offsets_.size() - 1); }
  /// The `members` array of a page, from 1.
  Result<std::string> read(std::uint32_t page);

 private:
  PageFile(std::string path, std::ifstream stream, std::vector<std::uint64_t> offsets)
      : path_(std::move(path)), stream_(std::move(stream)), offsets_(std::move(offsets)) {}

  std::string path_;
  std::ifstream stream_;
  std::vector<std::uint64_t> offsets_;
};

}  // namespace bellwether::sync
