#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace bellwether::cli {

/// Rows in columns as wide as their widest cell, for a terminal.
class Table {
 public:
  explicit Table(std::vector<std::string> heading);
  void add(std::vector<std::string> row);
  std::string to_string() const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> widths_;
};

}  // namespace bellwether::cli
