#include "selection/definition_reader.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/exact_json.hpp"

namespace bellwether::selection {

namespace json = boost::json;

namespace {

using Test = Filter::Test;

constexpr std::size_t kMaxFilters = 20;
constexpr std::size_t kMaxValues = 1000;
constexpr std::size_t kMaxName = 255;

std::string child(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

std::string quoted_list(const auto& words) {
  std::string list;
  for (const auto& word : words) list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", word);
  return list;
}

Scalar read_scalar(const json::value& value, const std::string& path) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_bool()) return value.get_bool();
  if (value.is_number()) return value.to_number<double>();
  refuse(path, "must be a string, a number, true or false");
}

struct FilterWord {
  Test test;
  bool negated;
};
constexpr std::array<std::pair<std::string_view, FilterWord>, 16> kFilterWords{
    {{"set", {Test::kSet, false}},
     {"not_set", {Test::kSet, true}},
     {"is", {Test::kIs, false}},
     {"is_not", {Test::kIs, true}},
     {"contains", {Test::kContains, false}},
     {"not_contains", {Test::kContains, true}},
     {"list_contains", {Test::kListContains, false}},
     {"list_not_contains", {Test::kListContains, true}},
     {"<", {Test::kLess, false}},
     {"<=", {Test::kLessOrEqual, false}},
     {">", {Test::kGreater, false}},
     {">=", {Test::kGreaterOrEqual, false}},
     {"between", {Test::kBetween, false}},
     {"before", {Test::kBefore, false}},
     {"on_or_after", {Test::kOnOrAfter, false}},
     {"in_last", {Test::kInLast, false}}}};

void read_filter_value(Filter& filter, const json::value& value, const std::string& path) {
  switch (filter.test) {
    case Test::kSet:
      refuse(path, "is not known here");
    case Test::kIs:
      if (value.is_array()) {
        for_each_item(value, path, 1, kMaxValues, [&](const json::value& item, const std::string& at) {
          filter.values.push_back(read_scalar(item, at));
        });
        return;
      }
      [[fallthrough]];
    case Test::kListContains:
      filter.values.push_back(read_scalar(value, path));
      return;
    case Test::kContains:
      filter.values.emplace_back(read_name(value, path));
      return;
    case Test::kBetween:
      if (!value.is_array() || value.get_array().size() != 2) refuse(path, "must be two numbers");
      for_each_item(value, path, 2, 2, [&](const json::value& item, const std::string& at) {
        filter.values.emplace_back(read_number(item, at));
      });
      return;
    case Test::kBefore:
    case Test::kOnOrAfter:
      filter.at = read_instant(value, path);
      return;
    case Test::kInLast:
      filter.last = read_duration(value, path);
      return;
    default:
      filter.values.emplace_back(read_number(value, path));
  }
}

}  // namespace

void refuse(const std::string& path, std::string message) {
  throw ParseError{path, std::move(message)};
}

std::expected<void, ParseError> read_definition(std::string_view text,
                                                const std::function<void(const json::value&)>& read) {
  boost::system::error_code wrong;
  const json::value document = parse_exact_json(text, wrong);
  if (wrong) return std::unexpected(ParseError{"", "is not JSON: " + wrong.message()});
  try {
    read(document);
    return {};
  } catch (const ParseError& error) {
    return std::unexpected(error);
  }
}

ObjectReader::ObjectReader(const json::value& value, std::string path,
                           std::initializer_list<std::string_view> keys)
    : path_(std::move(path)) {
  if (!value.is_object()) refuse(path_, "must be an object");
  object_ = &value.get_object();
  for (const auto& item : *object_) {
    if (std::ranges::find(keys, std::string_view(item.key())) == keys.end())
      refuse(child(path_, item.key()), fmt::format("is not known here; known are {}", quoted_list(keys)));
  }
}

const json::value* ObjectReader::find(std::string_view key) const {
  return object_->if_contains(key);
}

const json::value& ObjectReader::at(std::string_view key) const {
  const json::value* value = find(key);
  if (value == nullptr) refuse(at_path(key), "is missing");
  return *value;
}

std::string ObjectReader::at_path(std::string_view key) const {
  return child(path_, key);
}

std::size_t ObjectReader::size() const {
  return object_->size();
}

std::string read_name(const json::value& value, const std::string& path) {
  if (!value.is_string() || value.get_string().empty()) refuse(path, "must be a string, not empty");
  if (value.get_string().size() > kMaxName)
    refuse(path, fmt::format("must not be longer than {} bytes", kMaxName));
  return std::string(value.get_string());
}

double read_number(const json::value& value, const std::string& path) {
  if (!value.is_number()) refuse(path, "must be a number");
  return value.to_number<double>();
}

std::int64_t read_whole_number(const json::value& value, const std::string& path, std::int64_t least,
                               std::int64_t most) {
  if (!value.is_int64() || value.get_int64() < least || value.get_int64() > most)
    refuse(path, fmt::format("must be a whole number from {} to {}", least, most));
  return value.get_int64();
}

std::size_t read_word_index(const json::value& value, const std::string& path,
                            const std::vector<std::string_view>& words) {
  const auto found =
      value.is_string() ? std::ranges::find(words, std::string_view(value.get_string())) : words.end();
  if (found == words.end()) refuse(path, "must be one of " + quoted_list(words));
  return static_cast<std::size_t>(found - words.begin());
}

Millis read_duration(const json::value& value, const std::string& path) {
  const auto parsed = value.is_string() ? parse_duration(value.get_string()) : std::nullopt;
  const bool whole = parsed && *parsed >= std::chrono::seconds(1) && !value.get_string().ends_with("ms");
  if (!whole) refuse(path, "must be a time such as \"90s\", \"30m\", \"12h\" or \"7d\"");
  return *parsed;
}

Timestamp read_instant(const json::value& value, const std::string& path) {
  const auto parsed = value.is_string() ? parse_iso8601(value.get_string()) : std::nullopt;
  if (!parsed) refuse(path, "must be a date such as \"2026-02-06\" or \"2026-02-06T10:53:30Z\"");
  return *parsed;
}

void for_each_item(const json::value& value, const std::string& path, std::size_t least, std::size_t most,
                   const OnItem& each) {
  if (!value.is_array()) refuse(path, "must be an array");
  const json::array& items = value.get_array();
  if (items.size() < least) refuse(path, "must not be empty");
  if (items.size() > most) refuse(path, fmt::format("must not hold more than {} items", most));
  for (std::size_t i = 0; i < items.size(); ++i) each(items[i], fmt::format("{}[{}]", path, i));
}

Filter read_filter(const json::value& value, const std::string& path) {
  const ObjectReader object(value, path, {"property", "op", "value"});
  Filter filter;
  filter.property = read_name(object.at("property"), object.at_path("property"));
  const FilterWord word = read_word(object.at("op"), object.at_path("op"), kFilterWords);
  filter.test = word.test;
  filter.negated = word.negated;
  if (filter.test != Test::kSet || object.find("value") != nullptr)
    read_filter_value(filter, object.at("value"), object.at_path("value"));
  return filter;
}

EventSelection read_selection(const ObjectReader& object) {
  EventSelection selection;
  selection.event = read_name(object.at("event"), object.at_path("event"));
  if (const json::value* where = object.find("where")) {
    for_each_item(*where, object.at_path("where"), 0, kMaxFilters,
                  [&](const json::value& item, const std::string& at) {
                    selection.where.push_back(read_filter(item, at));
                  });
  }
  return selection;
}

Range read_range(const ObjectReader& parent) {
  const json::value* value = parent.find("within");
  if (value == nullptr) return {};
  const ObjectReader object(*value, parent.at_path("within"), {"last", "from", "to"});
  Range range;
  if (const json::value* last = object.find("last")) {
    if (object.size() > 1) refuse(object.path(), "takes either last, or from and to");
    range.last = read_duration(*last, object.at_path("last"));
    return range;
  }
  if (object.size() == 0) refuse(object.path(), "takes last, or from and to");
  if (const json::value* from = object.find("from")) range.from = read_instant(*from, object.at_path("from"));
  if (const json::value* to = object.find("to")) range.to = read_instant(*to, object.at_path("to"));
  return range;
}

}  // namespace bellwether::selection
