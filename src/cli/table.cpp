#include "cli/table.hpp"

#include <algorithm>

#include "base/visible.hpp"

namespace bellwether::cli {

namespace {

/// Characters, not bytes: continuation bytes take no place.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return static_cast<unsigned char>(c) >> 6U != 2; }));
}

}  // namespace

Table::Table(std::vector<std::string> heading) : widths_(heading.size(), 0) {
  add(std::move(heading));
}

void Table::add(std::vector<std::string> row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = visible(row[i]);
    widths_[i] = std::max(widths_[i], width(row[i]));
  }
  rows_.push_back(std::move(row));
}

std::string Table::to_string() const {
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      line.append(widths_[i] - width(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

}  // namespace bellwether::cli
