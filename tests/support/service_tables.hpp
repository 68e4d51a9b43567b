#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "storage/database.hpp"

namespace bellwether::testing {

/// Makes the tables of a service ("subscriber" or "publisher") as its migrations do. Modules below the services are
/// tested with them, without being linked to a service.
inline void create_tables(storage::Database& database, const std::string& service) {
  std::vector<std::filesystem::path> scripts;
  for (const auto& entry :
       std::filesystem::directory_iterator(BELLWETHER_SOURCE "/src/" + service + "/migrations"))
    if (entry.path().extension() == ".sql") scripts.push_back(entry.path());
  std::ranges::sort(scripts);
  for (const auto& script : scripts) {
    std::ostringstream text;
    text << std::ifstream(script).rdbuf();
    database.script(text.str());
  }
}

}  // namespace bellwether::testing
