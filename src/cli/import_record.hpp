#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

/// Records of files as events for /import. Pure.
namespace bellwether::cli {

/// Which columns of a table mean what. The others become properties.
struct ImportColumns {
  std::string event = "event";
  std::string time = "time";
  std::string distinct_id = "distinct_id";
  std::string insert_id = "$insert_id";
  std::optional<std::string> event_name;  ///< of all rows, in place of a column
};

/// An exported event as it is; one without an $insert_id gets one made of its text and its place, so that the
/// same file imported again gives the same events. Text that is no event is passed on: the publisher says
/// what is wrong with it.
std::string complete_event(std::string_view line, std::uint64_t record);

/// A table's row (a JSON object, a column a key) as an event. Times may be texts such as
/// 2026-02-06T10:53:30Z.
std::string event_of_row(std::string_view row, std::uint64_t record, const ImportColumns& columns);

}  // namespace bellwether::cli
