#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/remote.hpp"

namespace bellwether::cli {

/// One column of a table: its heading and the JSON pointer of its value in an item.
struct Column {
  std::string heading;
  std::string pointer;
};

/// A value at a JSON pointer as text; empty for null and for what is not there.
std::string text_at(std::string_view item, const std::string& pointer);

/// Prints one page of a list, as a table, or with --json as the API gave it. Returns the exit status.
int print_list(const Remote& remote, const std::string& target, const std::vector<Column>& columns);

}  // namespace bellwether::cli
