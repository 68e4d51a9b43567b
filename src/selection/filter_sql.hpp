#pragma once

#include <string>
#include <string_view>

#include "events/parameters.hpp"
#include "selection/selection.hpp"

namespace bellwether::selection {

/// Gives each value a parameter of its own; what it returns is the place in the SQL, never the value.
class SqlValues {
 public:
  /// Statements whose parameters are used together need different prefixes.
  explicit SqlValues(std::string_view prefix = "v") : prefix_(prefix) {}

  std::string text(std::string_view value);
  std::string number(double value);
  std::string integer(std::int64_t value);
  std::string instant(Timestamp value);
  std::string texts(const std::vector<std::string>& values);
  std::string numbers(const std::vector<double>& values);
  /// As Unix milliseconds: Array(Int64).
  std::string instants(const std::vector<Timestamp>& values);
  /// A property as a column of the JSON column `properties`.
  std::string property(std::string_view name);

  events::Parameters& parameters() { return parameters_; }

 private:
  std::string next_name() { return prefix_ + std::to_string(count_++); }

  std::string prefix_;
  events::Parameters parameters_;
  std::size_t count_ = 0;
};

/// A filter as a boolean over the column `properties` (JSON), never null.
std::string filter_sql(const Filter& filter, Timestamp now, SqlValues& values);

/// All filters as " AND …", empty when there are none.
std::string filters_sql(const std::vector<Filter>& filters, Timestamp now, SqlValues& values);

/// An event's name and filters as a boolean.
std::string event_sql(const EventSelection& selection, Timestamp now, SqlValues& values);

/// The range as " AND time >= … AND time < …", empty for all times.
std::string times_sql(const Range& range, Timestamp now, SqlValues& values);

/// A property as Nullable(Float64): null for what is no number.
std::string number_sql(std::string_view property, SqlValues& values);

/// A property as Nullable(String) for people to read: a text as it is, other values as JSON; null when it is
/// not set.
std::string label_sql(std::string_view property, SqlValues& values);

/// A property as Nullable(String), the same for the same value; null when it is not set.
std::string identity_sql(std::string_view property, SqlValues& values);

}  // namespace bellwether::selection
