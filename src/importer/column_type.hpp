#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What the text of a table's column stands for. Pure.
namespace bellwether::importer {

enum class ColumnType : std::uint8_t {
  kText,
  kNumber,
  kBoolean,
  kJson,
  kLikelyNumber,  ///< nobody said so: what a number would not give back as it is written ("007") is not of the type
};

/// The types that a user can name: "text", "number", "boolean", "json".
std::optional<ColumnType> parse_column_type(std::string_view name);

/// The value as JSON. Numbers keep their digits. No value for text that is not of the type.
std::optional<std::string> to_json(ColumnType type, std::string_view text);

/// "12.50" for "12,50"; empty for text that has a point, which divides thousands where a comma divides decimals.
std::string with_decimal_point(std::string_view text);

/// A number that is surely one: `-`, up to 18 digits without a leading zero, and a fraction. "007" and "1e5" are not.
bool is_plain_number(std::string_view text);

/// Finds the types of a table's columns from its first records: a column is numeric when its first 1,000 values are plain
/// numbers (or all, when it has fewer), and text otherwise. Empty fields are no values.
class TypeGuess {
 public:
  explicit TypeGuess(std::size_t columns, bool decimal_comma = false)
      : columns_(columns), decimal_comma_(decimal_comma) {}

  void take(std::span<const std::optional<std::string>> fields);
  /// No further record changes anything.
  bool decided() const { return undecided() == 0; }
  std::vector<ColumnType> types() const;

 private:
  struct Column {
    std::size_t values = 0;
    bool numeric = true;
  };
  std::size_t undecided() const;
  std::vector<Column> columns_;
  bool decimal_comma_;
};

}  // namespace bellwether::importer
