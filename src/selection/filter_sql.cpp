#include "selection/filter_sql.hpp"

#include <fmt/format.h>

namespace bellwether::selection {

namespace {

using Test = Filter::Test;

/// A dot in a property's name is part of the name: that is how the engine keeps it
/// (json_type_escape_dots_in_keys).
std::string path_of(std::string_view name) {
  std::string path;
  for (const char c : name) path += c == '.' ? std::string("%2E") : std::string(1, c);
  return path;
}

std::string set_sql(const std::string& property, SqlValues& values) {
  const std::string column = values.property(property);
  // An object is not a value of its own: its inner paths are.
  const std::string inner = values.text(path_of(property) + ".");
  return fmt::format(
      "(dynamicType({}) != 'None' OR arrayExists(path -> startsWith(path, {}), JSONAllPaths(properties)))",
      column, inner);
}

std::string is_sql(const Filter& filter, SqlValues& values) {
  std::vector<std::string> texts;
  std::vector<double> numbers;
  std::string sql;
  const auto join = [&](const std::string& test) { sql += (sql.empty() ? "" : " OR ") + test; };
  for (const Scalar& value : filter.values) {
    if (const auto* text = std::get_if<std::string>(&value)) texts.push_back(*text);
    if (const auto* number = std::get_if<double>(&value)) numbers.push_back(*number);
    if (const auto* flag = std::get_if<bool>(&value))
      join(fmt::format("ifNull({}.:Bool = {}, 0)", values.property(filter.property),
                       *flag ? "true" : "false"));
  }
  if (!texts.empty())
    join(fmt::format("ifNull({}.:String IN {}, 0)", values.property(filter.property), values.texts(texts)));
  if (!numbers.empty())
    join(fmt::format("ifNull({} IN {}, 0)", number_sql(filter.property, values), values.numbers(numbers)));
  return "(" + sql + ")";
}

std::string list_contains_sql(const Filter& filter, SqlValues& values) {
  const std::string elements =
      fmt::format("JSONExtractArrayRaw(ifNull(toJSONString({}), ''))", values.property(filter.property));
  const Scalar& value = filter.values.front();
  std::string equals;
  if (const auto* text = std::get_if<std::string>(&value)) {
    equals = fmt::format("startsWith(element, '\"') AND JSONExtractString(element) = {}", values.text(*text));
  } else if (const auto* number = std::get_if<double>(&value)) {
    equals =
        fmt::format("JSONType(element) IN ('Int64', 'UInt64', 'Double') AND JSONExtractFloat(element) = {}",
                    values.number(*number));
  } else {
    equals = std::get<bool>(value) ? "element = 'true'" : "element = 'false'";
  }
  return fmt::format("arrayExists(element -> {}, {})", equals, elements);
}

std::string date_sql(const Filter& filter, SqlValues& values) {
  const std::string column = values.property(filter.property);
  return fmt::format(
      "if(match(ifNull({}.:String, ''), '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}'), "
      "parseDateTime64BestEffortOrNull(ifNull({}.:String, ''), 3, 'UTC'), NULL)",
      column, column);
}

std::string number_test_sql(const Filter& filter, std::string_view sign, SqlValues& values) {
  return fmt::format("ifNull({} {} {}, 0)", number_sql(filter.property, values), sign,
                     values.number(std::get<double>(filter.values.front())));
}

std::string plain_sql(const Filter& filter, Timestamp now, SqlValues& values) {
  switch (filter.test) {
    case Test::kSet:
      return set_sql(filter.property, values);
    case Test::kIs:
      return is_sql(filter, values);
    case Test::kContains:
      return fmt::format("ifNull(position({}.:String, {}) > 0, 0)", values.property(filter.property),
                         values.text(std::get<std::string>(filter.values.front())));
    case Test::kListContains:
      return list_contains_sql(filter, values);
    case Test::kLess:
      return number_test_sql(filter, "<", values);
    case Test::kLessOrEqual:
      return number_test_sql(filter, "<=", values);
    case Test::kGreater:
      return number_test_sql(filter, ">", values);
    case Test::kGreaterOrEqual:
      return number_test_sql(filter, ">=", values);
    case Test::kBetween:
      return fmt::format("ifNull({} BETWEEN {} AND {}, 0)", number_sql(filter.property, values),
                         values.number(std::get<double>(filter.values[0])),
                         values.number(std::get<double>(filter.values[1])));
    case Test::kBefore:
      return fmt::format("ifNull({} < {}, 0)", date_sql(filter, values), values.instant(filter.at));
    case Test::kOnOrAfter:
      return fmt::format("ifNull({} >= {}, 0)", date_sql(filter, values), values.instant(filter.at));
    case Test::kInLast:
      return fmt::format("ifNull({} BETWEEN {} AND {}, 0)", date_sql(filter, values),
                         values.instant(now - filter.last), values.instant(now));
  }
  return "0";
}

}  // namespace

std::string SqlValues::text(std::string_view value) {
  const std::string name = next_name();
  parameters_.add(name, value);
  return "{" + name + ":String}";
}
std::string SqlValues::number(double value) {
  const std::string name = next_name();
  parameters_.add(name, value);
  return "{" + name + ":Float64}";
}
std::string SqlValues::integer(std::int64_t value) {
  const std::string name = next_name();
  parameters_.add(name, value);
  return "{" + name + ":Int64}";
}
std::string SqlValues::instant(Timestamp value) {
  const std::string name = next_name();
  parameters_.add(name, value);
  return "{" + name + ":DateTime64(3, 'UTC')}";
}
std::string SqlValues::texts(const std::vector<std::string>& values) {
  const std::string name = next_name();
  parameters_.add(name, values);
  return "{" + name + ":Array(String)}";
}
std::string SqlValues::numbers(const std::vector<double>& values) {
  const std::string name = next_name();
  std::string list;
  for (const double value : values) list += fmt::format("{}{}", list.empty() ? "" : ",", value);
  parameters_.add_raw(name, "[" + list + "]");
  return "{" + name + ":Array(Float64)}";
}
std::string SqlValues::instants(const std::vector<Timestamp>& values) {
  const std::string name = next_name();
  std::string list;
  for (const Timestamp value : values)
    list += fmt::format("{}{}", list.empty() ? "" : ",", to_unix_ms(value));
  parameters_.add_raw(name, "[" + list + "]");
  return "{" + name + ":Array(Int64)}";
}
std::string SqlValues::property(std::string_view name) {
  const std::string place = next_name();
  parameters_.add_identifier(place, path_of(name));
  return "properties.{" + place + ":Identifier}";
}

std::string filter_sql(const Filter& filter, Timestamp now, SqlValues& values) {
  const std::string plain = plain_sql(filter, now, values);
  return filter.negated ? "NOT " + plain : plain;
}

std::string number_sql(std::string_view property, SqlValues& values) {
  const std::string column = values.property(property);
  return fmt::format("coalesce(toFloat64({0}.:Int64), toFloat64({0}.:UInt64), {0}.:Float64)", column);
}

std::string label_sql(std::string_view property, SqlValues& values) {
  const std::string column = values.property(property);
  return fmt::format(
      "multiIf(dynamicType({0}) = 'None', NULL, dynamicType({0}) = 'String', {0}.:String, toJSONString({0}))",
      column);
}

std::string identity_sql(std::string_view property, SqlValues& values) {
  const std::string column = values.property(property);
  return fmt::format("if(dynamicType({0}) = 'None', NULL, toJSONString({0}))", column);
}

std::string event_sql(const EventSelection& selection, Timestamp now, SqlValues& values) {
  return fmt::format("(event = {}{})", values.text(selection.event),
                     filters_sql(selection.where, now, values));
}

std::string times_sql(const Range& range, Timestamp now, SqlValues& values) {
  std::string sql;
  const auto from = range.last ? std::optional(now - *range.last) : range.from;
  const auto to = range.last ? std::optional(now) : range.to;
  if (from) sql += " AND time >= " + values.instant(*from);
  if (to) sql += " AND time < " + values.instant(*to);
  return sql;
}

std::string filters_sql(const std::vector<Filter>& filters, Timestamp now, SqlValues& values) {
  std::string sql;
  for (const Filter& filter : filters) sql += " AND " + filter_sql(filter, now, values);
  return sql;
}

}  // namespace bellwether::selection
