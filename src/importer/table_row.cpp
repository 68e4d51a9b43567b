#include "importer/table_row.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/encoding.hpp"
#include "base/json_writer.hpp"
#include "importer/event_time.hpp"

namespace bellwether::importer {

namespace {

Result<void> check_heading(const TableOptions& options, const std::vector<std::string>& heading) {
  std::set<std::string> names;
  for (const std::string& name : heading) {
    if (!names.insert(name).second)
      return fail(fmt::format("two columns are named \"{}\"", for_message(name)));
  }
  const auto need = [&](const std::string& name, std::string_view option) -> Result<void> {
    if (names.contains(name)) return {};
    return fail(fmt::format("there is no column \"{}\" (say which it is: {}); there are: {}",
                            for_message(name), option,
                            for_message(fmt::format("{}", fmt::join(heading, ", ")), 1000)));
  };
  if (!options.event_name) TRY(need(options.event, "--event-column, or --event for the name of all"));
  TRY(need(options.time, "--time-column"));
  if (!names.contains("$user_id") && !names.contains("$device_id"))
    TRY(need(options.distinct_id, "--id-column"));
  for (const auto& [name, type] : options.types) TRY(need(name, "--type"));
  const auto is_taken = [&](std::string_view reserved, const std::string& column) {
    return column != reserved && names.contains(std::string(reserved));
  };
  for (const auto& [reserved, column] :
       {std::pair<std::string_view, const std::string&>("time", options.time),
        {"distinct_id", options.distinct_id},
        {"$insert_id", options.insert_id}}) {
    if (is_taken(reserved, column))
      return fail(fmt::format(
          "the column \"{}\" cannot be a property beside \"{}\": an event has one {}; leave it out", reserved,
          for_message(column), reserved));
  }
  return {};
}

std::string_view described(ColumnType type) {
  switch (type) {
    case ColumnType::kNumber:
      return "no number";
    case ColumnType::kBoolean:
      return "neither true nor false";
    case ColumnType::kJson:
      return "no JSON";
    default:
      return "no plain number, as the first values of this column are (--type NAME=text or NAME=number says what it is)";
  }
}

}  // namespace

RowReader::Role RowReader::role_of(const TableOptions& options, const std::string& name) {
  if (!options.event_name && name == options.event) return Role::kEvent;
  if (name == options.time) return Role::kTime;
  if (name == options.distinct_id) return Role::kDistinctId;
  if (name == options.insert_id) return Role::kInsertId;
  return name == "$user_id" || name == "$device_id" ? Role::kId : Role::kProperty;
}

Result<RowReader> RowReader::make(const TableOptions& options, std::vector<std::string> heading,
                                  std::vector<ColumnType> types) {
  TRY(check_heading(options, heading));
  std::vector<Column> columns;
  columns.reserve(heading.size());
  for (std::size_t i = 0; i < heading.size(); ++i) {
    const auto declared = options.types.find(heading[i]);
    const bool is_declared = declared != options.types.end();
    const Role role = role_of(options, heading[i]);
    if (is_declared && role != Role::kProperty) {
      return fail(fmt::format(
          "--type {0}: \"{0}\" is not a property; ids and names are text, and times are read by their form",
          for_message(heading[i])));
    }
    columns.push_back({std::move(heading[i]), role, is_declared ? declared->second : types[i], is_declared});
  }
  return RowReader(options, std::move(columns));
}

bool RowReader::is_absent(const Column& column, const Cell& cell) {
  if (cell.kind != Cell::Kind::kText || !cell.text.empty()) return cell.kind == Cell::Kind::kAbsent;
  // Some programs quote all fields: an empty one is text only where text belongs.
  return column.role != Role::kDistinctId &&
         (column.role != Role::kProperty || column.type != ColumnType::kText);
}

std::expected<std::string, Fault> RowReader::property(const Column& column, const Cell& cell) const {
  // A value that has a type keeps it, unless its user says otherwise.
  if (cell.kind == Cell::Kind::kJson && !column.declared) return cell.text;
  const bool is_number = column.type == ColumnType::kNumber || column.type == ColumnType::kLikelyNumber;
  auto json =
      to_json(column.type, is_number && options_.decimal_comma ? with_decimal_point(cell.text) : cell.text);
  if (json) return *std::move(json);
  return std::unexpected(
      Fault{column.name, fmt::format("\"{}\" is {}", for_message(cell.text), described(column.type))});
}

Event RowReader::event_of(std::span<const Cell> row, std::string_view made_id) const {
  std::string name = options_.event_name.value_or("");
  std::string properties;
  JsonWriter json(properties);
  json.begin_object();
  bool has_time = false;
  bool has_insert_id = false;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = columns_[i];
    const Cell& cell = row[i];
    if (is_absent(column, cell)) continue;
    switch (column.role) {
      case Role::kEvent:
        name = cell.text;
        break;
      case Role::kTime: {
        const auto time = parse_event_time(cell.text, options_.time_zone);
        if (!time) return std::unexpected(Fault{column.name, time.error()});
        json.key("time").raw(time_as_json(*time));
        has_time = true;
        break;
      }
      case Role::kDistinctId:
        json.key("distinct_id").value(cell.text);
        break;
      case Role::kInsertId:
        json.key("$insert_id").value(cell.text);
        has_insert_id = true;
        break;
      case Role::kId:
        json.key(column.name).value(cell.text);
        break;
      case Role::kProperty: {
        const auto value = property(column, cell);
        if (!value) return std::unexpected(value.error());
        json.key(column.name).raw(*value);
        break;
      }
    }
  }
  if (!has_time) return std::unexpected(Fault{options_.time, "the row has no time"});
  if (!has_insert_id) json.key("$insert_id").value(made_id);
  json.end_object();
  std::string event;
  JsonWriter(event).begin_object().key("event").value(name).key("properties").raw(properties).end_object();
  return event;
}

}  // namespace bellwether::importer
