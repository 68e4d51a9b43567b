#include "importer/column_type.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json.hpp>

#include "base/encoding.hpp"
#include "base/json_writer.hpp"

namespace bellwether::importer {

namespace {

constexpr std::array<std::pair<ColumnType, std::string_view>, 4> kNames{{{ColumnType::kText, "text"},
                                                                         {ColumnType::kNumber, "number"},
                                                                         {ColumnType::kBoolean, "boolean"},
                                                                         {ColumnType::kJson, "json"}}};
constexpr std::size_t kValuesToDecide = 1000;
constexpr std::size_t kDigitsOfInteger = 18;

/// Takes the decimal digits at the front of `text` off it.
std::string_view take_digits(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view digits = text.substr(0, end);
  text.remove_prefix(end);
  return digits;
}

bool take_sign(std::string_view& text, std::string_view signs) {
  if (text.empty() || signs.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// A number's text in its parts: [sign] whole [. fraction] [e exponent].
struct Number {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  std::string_view exponent;  ///< with its `e`
};

std::optional<Number> parse_parts(std::string_view text) {
  Number number;
  number.negative = text.starts_with('-');
  take_sign(text, "+-");
  number.whole = take_digits(text);
  if (take_sign(text, ".")) number.fraction = take_digits(text);
  if (number.whole.empty() && number.fraction.empty()) return std::nullopt;
  number.exponent = text;
  if (text.empty()) return number;
  if (!take_sign(text, "eE")) return std::nullopt;
  take_sign(text, "+-");
  return take_digits(text).empty() || !text.empty() ? std::nullopt : std::optional(number);
}

/// As JSON has numbers: no `+`, no leading zero, no bare point.
std::optional<std::string> number_as_json(std::string_view text) {
  const auto number = parse_parts(trim(text));
  if (!number) return std::nullopt;
  std::string_view whole = number->whole;
  while (whole.size() > 1 && whole.front() == '0') whole.remove_prefix(1);
  std::string json = number->negative ? "-" : "";
  json += whole.empty() ? "0" : whole;
  if (!number->fraction.empty()) json.append(".").append(number->fraction);
  return json.append(number->exponent);
}

std::optional<std::string> likely_number_as_json(std::string_view text) {
  auto json = number_as_json(text);
  const auto number = parse_parts(text);
  return json == text && number->whole.size() <= kDigitsOfInteger ? json : std::nullopt;
}

std::optional<std::string> boolean_as_json(std::string_view text) {
  constexpr std::array<std::string_view, 5> kTrue{"true", "t", "1", "yes", "y"};
  constexpr std::array<std::string_view, 5> kFalse{"false", "f", "0", "no", "n"};
  std::string word(trim(text));
  std::ranges::transform(word, word.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (std::ranges::find(kTrue, word) != kTrue.end()) return "true";
  if (std::ranges::find(kFalse, word) != kFalse.end()) return "false";
  return std::nullopt;
}

std::optional<std::string> checked_json(std::string_view text) {
  boost::system::error_code wrong;
  boost::json::stream_parser parser;
  parser.write(text.data(), text.size(), wrong);
  if (!wrong) parser.finish(wrong);
  return wrong ? std::nullopt : std::optional(std::string(text));
}

}  // namespace

std::optional<ColumnType> parse_column_type(std::string_view name) {
  for (const auto& [type, its_name] : kNames) {
    if (its_name == name) return type;
  }
  return std::nullopt;
}

std::optional<std::string> to_json(ColumnType type, std::string_view text) {
  switch (type) {
    case ColumnType::kNumber:
      return number_as_json(text);
    case ColumnType::kLikelyNumber:
      return likely_number_as_json(text);
    case ColumnType::kBoolean:
      return boolean_as_json(text);
    case ColumnType::kJson:
      return checked_json(text);
    case ColumnType::kText:
      break;
  }
  std::string json;
  append_json_string(json, text);
  return json;
}

std::string with_decimal_point(std::string_view text) {
  if (text.find('.') != std::string_view::npos) return "";
  std::string number(text);
  if (const std::size_t comma = number.find(','); comma != std::string::npos) number[comma] = '.';
  return number;
}

bool is_plain_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::string_view whole = take_digits(text);
  if (whole.empty() || whole.size() > kDigitsOfInteger || (whole.size() > 1 && whole.front() == '0'))
    return false;
  if (text.empty()) return true;
  if (text.front() != '.') return false;
  text.remove_prefix(1);
  const std::string_view fraction = take_digits(text);
  return text.empty() && !fraction.empty();
}

void TypeGuess::take(std::span<const std::optional<std::string>> fields) {
  for (std::size_t i = 0; i < std::min(fields.size(), columns_.size()); ++i) {
    Column& column = columns_[i];
    if (!fields[i] || fields[i]->empty() || column.values == kValuesToDecide || !column.numeric) continue;
    ++column.values;
    column.numeric = is_plain_number(decimal_comma_ ? with_decimal_point(*fields[i]) : *fields[i]);
  }
}

std::size_t TypeGuess::undecided() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      columns_, [](const Column& column) { return column.numeric && column.values < kValuesToDecide; }));
}

std::vector<ColumnType> TypeGuess::types() const {
  std::vector<ColumnType> types;
  types.reserve(columns_.size());
  for (const Column& column : columns_)
    types.push_back(column.numeric && column.values > 0 ? ColumnType::kLikelyNumber : ColumnType::kText);
  return types;
}

}  // namespace bellwether::importer
