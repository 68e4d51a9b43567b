#include <algorithm>
#include <array>
#include <initializer_list>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "cohorts/definition.hpp"

namespace bellwether::cohorts {

namespace {

namespace json = boost::json;
using Test = Filter::Test;

constexpr std::size_t kMostItems = 20;
constexpr std::size_t kMostValues = 1000;
constexpr std::size_t kMostName = 255;

/// Unwinds to `parse_definition`.
struct Refused {
  DefinitionError error;
};

[[noreturn]] void refuse(const std::string& path, std::string message) {
  throw Refused{{path, std::move(message)}};
}

std::string child(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

std::string quoted_list(const auto& words) {
  std::string list;
  for (const auto& word : words) list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", word);
  return list;
}

/// An object of which every key must be known.
class ObjectReader {
 public:
  ObjectReader(const json::value& value, std::string path, std::initializer_list<std::string_view> keys)
      : path_(std::move(path)) {
    if (!value.is_object()) refuse(path_, "must be an object");
    object_ = &value.get_object();
    for (const auto& item : *object_) {
      if (std::ranges::find(keys, std::string_view(item.key())) == keys.end())
        refuse(child(path_, item.key()), fmt::format("is not known here; known are {}", quoted_list(keys)));
    }
  }

  const json::value* find(std::string_view key) const { return object_->if_contains(key); }
  const json::value& at(std::string_view key) const {
    const json::value* value = find(key);
    if (value == nullptr) refuse(at_path(key), "is missing");
    return *value;
  }
  std::string at_path(std::string_view key) const { return child(path_, key); }
  const std::string& path() const { return path_; }
  std::size_t size() const { return object_->size(); }

 private:
  std::string path_;
  const json::object* object_ = nullptr;
};

std::string read_name(const json::value& value, const std::string& path) {
  if (!value.is_string() || value.get_string().empty()) refuse(path, "must be a text, not empty");
  if (value.get_string().size() > kMostName)
    refuse(path, fmt::format("must not be longer than {} bytes", kMostName));
  return std::string(value.get_string());
}

double read_number(const json::value& value, const std::string& path) {
  if (!value.is_number()) refuse(path, "must be a number");
  return value.to_number<double>();
}

template <typename T, std::size_t N>
T read_word(const json::value& value, const std::string& path,
            const std::array<std::pair<std::string_view, T>, N>& words) {
  std::vector<std::string_view> names;
  for (const auto& [name, meaning] : words) {
    if (value.is_string() && value.get_string() == name) return meaning;
    names.push_back(name);
  }
  refuse(path, "must be one of " + quoted_list(names));
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

Match read_match(const ObjectReader& object) {
  constexpr std::array<std::pair<std::string_view, Match>, 2> kWords{
      {{"all", Match::kAll}, {"any", Match::kAny}}};
  const json::value* value = object.find("match");
  return value == nullptr ? Match::kAll : read_word(*value, object.at_path("match"), kWords);
}

Comparison read_comparison(const ObjectReader& object) {
  constexpr std::array<std::pair<std::string_view, Comparison>, 6> kWords{
      {{"=", Comparison::kEqual},
       {"!=", Comparison::kNotEqual},
       {"<", Comparison::kLess},
       {"<=", Comparison::kLessOrEqual},
       {">", Comparison::kGreater},
       {">=", Comparison::kGreaterOrEqual}}};
  return read_word(object.at("op"), object.at_path("op"), kWords);
}

template <typename Each>
void for_each_item(const json::value& value, const std::string& path, std::size_t least, std::size_t most,
                   Each&& each) {
  if (!value.is_array()) refuse(path, "must be an array");
  const json::array& items = value.get_array();
  if (items.size() < least) refuse(path, "must not be empty");
  if (items.size() > most) refuse(path, fmt::format("must not hold more than {} items", most));
  for (std::size_t i = 0; i < items.size(); ++i) each(items[i], fmt::format("{}[{}]", path, i));
}

Scalar read_scalar(const json::value& value, const std::string& path) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_bool()) return value.get_bool();
  if (value.is_number()) return value.to_number<double>();
  refuse(path, "must be a text, a number, true or false");
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
        for_each_item(value, path, 1, kMostValues, [&](const json::value& item, const std::string& at) {
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
    for_each_item(*where, object.at_path("where"), 0, kMostItems,
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

DidAggregate read_aggregate(const json::value& value, const std::string& path) {
  using Of = DidAggregate::Of;
  constexpr std::array<std::pair<std::string_view, Of>, 5> kWords{{{"sum", Of::kSum},
                                                                   {"average", Of::kAverage},
                                                                   {"min", Of::kMin},
                                                                   {"max", Of::kMax},
                                                                   {"distinct", Of::kDistinct}}};
  const ObjectReader object(value, path, {"of", "property", "op", "value"});
  DidAggregate aggregate;
  aggregate.of = read_word(object.at("of"), object.at_path("of"), kWords);
  aggregate.property = read_name(object.at("property"), object.at_path("property"));
  aggregate.comparison = read_comparison(object);
  aggregate.value = read_number(object.at("value"), object.at_path("value"));
  return aggregate;
}

Condition read_did(const json::value& value, const std::string& path) {
  const ObjectReader object(value, path, {"event", "where", "within", "count", "aggregate"});
  EventSelection selection = read_selection(object);
  const Range within = read_range(object);
  const json::value* count = object.find("count");
  if (const json::value* aggregate = object.find("aggregate")) {
    if (count != nullptr) refuse(path, "takes either count or aggregate");
    DidAggregate did = read_aggregate(*aggregate, object.at_path("aggregate"));
    did.selection = std::move(selection);
    did.within = within;
    return did;
  }
  DidCount did{std::move(selection), within};
  if (count != nullptr) {
    const ObjectReader bound(*count, object.at_path("count"), {"op", "value"});
    did.comparison = read_comparison(bound);
    const json::value& times = bound.at("value");
    if (!times.is_int64() || times.get_int64() < 0)
      refuse(bound.at_path("value"), "must be a whole number, 0 or more");
    did.value = times.get_int64();
  }
  return did;
}

Condition read_did_not(const json::value& value, const std::string& path) {
  const ObjectReader object(value, path, {"event", "where", "within"});
  return DidCount{read_selection(object), read_range(object), Comparison::kEqual, 0};
}

Condition read_sequence(const json::value& value, const std::string& path) {
  const ObjectReader object(value, path, {"first", "then", "within_time", "within"});
  const auto step = [&](std::string_view key) {
    return read_selection(ObjectReader(object.at(key), object.at_path(key), {"event", "where"}));
  };
  return Sequence{step("first"), step("then"),
                  read_duration(object.at("within_time"), object.at_path("within_time")), read_range(object)};
}

Condition read_condition(const json::value& value, const std::string& path) {
  const ObjectReader object(value, path,
                            {"did", "did_not", "sequence", "profile", "in_cohort", "not_in_cohort"});
  if (object.size() != 1) refuse(path, "must have exactly one key");
  if (const json::value* did = object.find("did")) return read_did(*did, object.at_path("did"));
  if (const json::value* did_not = object.find("did_not"))
    return read_did_not(*did_not, object.at_path("did_not"));
  if (const json::value* sequence = object.find("sequence"))
    return read_sequence(*sequence, object.at_path("sequence"));
  if (const json::value* profile = object.find("profile"))
    return ProfileTest{read_filter(*profile, object.at_path("profile"))};
  if (const json::value* in = object.find("in_cohort"))
    return InCohort{read_name(*in, object.at_path("in_cohort"))};
  return InCohort{read_name(object.at("not_in_cohort"), object.at_path("not_in_cohort")), true};
}

Group read_group(const json::value& value, const std::string& path) {
  const ObjectReader object(value, path, {"match", "conditions"});
  Group group{read_match(object), {}};
  for_each_item(object.at("conditions"), object.at_path("conditions"), 1, kMostItems,
                [&](const json::value& item, const std::string& at) {
                  group.conditions.push_back(read_condition(item, at));
                });
  return group;
}

}  // namespace

std::expected<Definition, DefinitionError> parse_definition(std::string_view text) {
  boost::system::error_code wrong;
  const json::value document = json::parse(text, wrong);
  if (wrong) return std::unexpected(DefinitionError{"", "is not JSON: " + wrong.message()});
  try {
    const ObjectReader object(document, "", {"match", "groups"});
    Definition definition{read_match(object), {}};
    for_each_item(object.at("groups"), "groups", 1, kMostItems,
                  [&](const json::value& item, const std::string& at) {
                    definition.groups.push_back(read_group(item, at));
                  });
    return definition;
  } catch (const Refused& refused) {
    return std::unexpected(refused.error);
  }
}

}  // namespace bellwether::cohorts
