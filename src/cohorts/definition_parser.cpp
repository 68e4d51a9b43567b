#include <algorithm>
#include <array>

#include <boost/json.hpp>

#include "cohorts/definition.hpp"
#include "selection/definition_reader.hpp"

namespace bellwether::cohorts {

namespace {

namespace json = boost::json;
using selection::for_each_item;
using selection::ObjectReader;
using selection::read_duration;
using selection::read_name;
using selection::read_number;
using selection::read_range;
using selection::read_selection;
using selection::read_word;
using selection::refuse;
using selection::Word;

constexpr std::size_t kMaxItems = 20;
constexpr std::int64_t kMaxTimes = 1'000'000'000;

Match read_match(const ObjectReader& object) {
  constexpr std::array<Word<Match>, 2> kWords{{{"all", Match::kAll}, {"any", Match::kAny}}};
  const json::value* value = object.find("match");
  return value == nullptr ? Match::kAll : read_word(*value, object.at_path("match"), kWords);
}

Comparison read_comparison(const ObjectReader& object) {
  constexpr std::array<Word<Comparison>, 6> kWords{{{"=", Comparison::kEqual},
                                                    {"!=", Comparison::kNotEqual},
                                                    {"<", Comparison::kLess},
                                                    {"<=", Comparison::kLessOrEqual},
                                                    {">", Comparison::kGreater},
                                                    {">=", Comparison::kGreaterOrEqual}}};
  return read_word(object.at("op"), object.at_path("op"), kWords);
}

DidAggregate read_aggregate(const json::value& value, const std::string& path) {
  using Of = DidAggregate::Of;
  constexpr std::array<Word<Of>, 5> kWords{{{"sum", Of::kSum},
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
    did.value = selection::read_whole_number(bound.at("value"), bound.at_path("value"), 0, kMaxTimes);
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
    return ProfileTest{selection::read_filter(*profile, object.at_path("profile"))};
  if (const json::value* in = object.find("in_cohort"))
    return InCohort{read_name(*in, object.at_path("in_cohort"))};
  return InCohort{read_name(object.at("not_in_cohort"), object.at_path("not_in_cohort")), true};
}

Group read_group(const json::value& value, const std::string& path) {
  const ObjectReader object(value, path, {"match", "conditions"});
  Group group{read_match(object), {}};
  for_each_item(object.at("conditions"), object.at_path("conditions"), 1, kMaxItems,
                [&](const json::value& item, const std::string& at) {
                  group.conditions.push_back(read_condition(item, at));
                });
  return group;
}

}  // namespace

std::expected<Definition, ParseError> parse_definition(std::string_view text) {
  Definition definition;
  const auto read = selection::read_definition(text, [&](const json::value& document) {
    const ObjectReader object(document, "", {"match", "groups"});
    definition.match = read_match(object);
    for_each_item(object.at("groups"), "groups", 1, kMaxItems,
                  [&](const json::value& item, const std::string& at) {
                    definition.groups.push_back(read_group(item, at));
                  });
  });
  if (!read) return std::unexpected(read.error());
  return definition;
}

}  // namespace bellwether::cohorts
