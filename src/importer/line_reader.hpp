#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "importer/file_bytes.hpp"
#include "importer/place.hpp"

namespace bellwether::importer {

struct Line {
  std::string_view text;     ///< without its line feed; a carriage return before it stays
  std::uint64_t number = 0;  ///< from 1
  Place behind;              ///< where the next line begins
  std::uint64_t size = 0;    ///< more than `text` has when the line was too long
};

/// The lines of a file, each in bounded memory: of a line over the limit only the beginning is kept. A byte order mark before
/// the first line is left out. One thread.
class LineReader {
 public:
  static constexpr std::size_t kKeptOfLongLine = 1024;

  LineReader(FileBytes& bytes, std::size_t max_line_bytes) : bytes_(bytes), max_line_bytes_(max_line_bytes) {}

  /// False at the end. The text is valid until the next call.
  Result<bool> next(Line& line);

  /// Reads over all lines until `place`. Fails when the file is shorter, or another one until there.
  Result<void> skip_to(const Place& place);

 private:
  Result<bool> refill();
  void keep(std::string_view text);

  FileBytes& bytes_;
  const std::size_t max_line_bytes_;
  std::string_view piece_;
  std::string held_;              ///< of a line that began in an earlier piece
  std::uint64_t held_bytes_ = 0;  ///< of that line, kept or not
  std::uint64_t number_ = 0;
  Place at_;
};

}  // namespace bellwether::importer
