#include "cli/import_record.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/time.hpp"

namespace bellwether::cli {

namespace {

namespace json = boost::json;

/// FNV-1a: the same on every machine.
std::uint64_t digest(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

std::string made_id(std::string_view text, std::uint64_t record) {
  return fmt::format("{:016x}-{:x}", digest(text), record);
}

/// Takes a column's value out of the row.
json::value take(json::object& row, const std::string& name) {
  const auto found = row.find(name);
  if (found == row.end()) return nullptr;
  json::value value = std::move(found->value());
  row.erase(found);
  return value;
}

json::value time_value(json::value given) {
  if (!given.is_string()) return given;
  if (const auto number = parse_integer(given.get_string())) return *number;
  const auto parsed = parse_iso8601(given.get_string());
  if (!parsed) return given;
  return to_unix_ms(*parsed);
}

json::value id_value(const json::value& given) {
  return given.is_number() ? json::value(json::serialize(given)) : given;
}

}  // namespace

std::string complete_event(std::string_view line, std::uint64_t record) {
  if (line.find("\"$insert_id\"") != std::string_view::npos) return std::string(line);
  boost::system::error_code wrong;
  json::value event = json::parse(line, wrong);
  json::value* properties =
      wrong || !event.is_object() ? nullptr : event.get_object().if_contains("properties");
  if (properties == nullptr || !properties->is_object()) return std::string(line);
  properties->get_object()["$insert_id"] = made_id(line, record);
  return json::serialize(event);
}

std::string event_of_row(std::string_view text, std::uint64_t record, const ImportColumns& columns) {
  boost::system::error_code wrong;
  const json::value parsed = json::parse(text, wrong);
  if (wrong || !parsed.is_object()) return std::string(text);
  json::object row = parsed.get_object();
  json::object properties;
  json::value event = columns.event_name ? json::value(*columns.event_name) : take(row, columns.event);
  properties["time"] = time_value(take(row, columns.time));
  properties["distinct_id"] = id_value(take(row, columns.distinct_id));
  const json::value insert_id = id_value(take(row, columns.insert_id));
  properties["$insert_id"] = insert_id.is_string() ? insert_id : json::value(made_id(text, record));
  for (auto& [name, value] : row) {
    if (!value.is_null()) properties[name] = std::move(value);
  }
  return json::serialize(json::object{{"event", std::move(event)}, {"properties", std::move(properties)}});
}

}  // namespace bellwether::cli
