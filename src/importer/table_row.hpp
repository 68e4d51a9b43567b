#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "calendar/calendar.hpp"
#include "importer/column_type.hpp"

/// Rows of tables as events for /import. Pure.
namespace bellwether::importer {

/// How a table is read, as its user says.
struct TableOptions {
  std::string event = "event";  ///< columns by their names; the others become properties
  std::string time = "time";
  std::string distinct_id = "distinct_id";
  std::string insert_id = "$insert_id";
  std::optional<std::string> event_name;                     ///< of all rows, in place of a column
  std::map<std::string, ColumnType> types;                   ///< of columns whose own type is not right
  bool decimal_comma = false;                                ///< numbers are written "12,50"
  calendar::TimeZone time_zone = calendar::TimeZone::utc();  ///< of times that do not say where
};

/// A value of a row.
struct Cell {
  enum class Kind : std::uint8_t {
    kAbsent,
    kText,
    kJson,  ///< has a type of its own: a number, a boolean, a list, …
  };
  Kind kind = Kind::kAbsent;
  std::string text;
};

/// Why a record is not an event.
struct Fault {
  std::string field;
  std::string message;
};

/// As JSON, for /import.
using Event = std::expected<std::string, Fault>;

/// What each column of one table means.
class RowReader {
 public:
  /// `types` are of the columns whose text is not text (CSV); the options' own are stronger. Fails when a column that the
  /// options name or that an event needs is not there, or when two have one name.
  static Result<RowReader> make(const TableOptions& options, std::vector<std::string> heading,
                                std::vector<ColumnType> types);

  /// The row, a cell for each column, as the JSON of an event. Ids are the text that stands there. An event without an insert
  /// id gets `made_id`.
  Event event_of(std::span<const Cell> row, std::string_view made_id) const;

 private:
  enum class Role : std::uint8_t { kEvent, kTime, kDistinctId, kInsertId, kId, kProperty };
  struct Column {
    std::string name;
    Role role;
    ColumnType type;
    bool declared;
  };
  RowReader(const TableOptions& options, std::vector<Column> columns)
      : options_(options), columns_(std::move(columns)) {}
  static Role role_of(const TableOptions& options, const std::string& name);
  static bool is_absent(const Column& column, const Cell& cell);
  std::expected<std::string, Fault> property(const Column& column, const Cell& cell) const;

  TableOptions options_;
  std::vector<Column> columns_;
};

}  // namespace bellwether::importer
