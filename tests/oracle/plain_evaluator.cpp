#include "oracle/plain_evaluator.hpp"

#include <algorithm>
#include <optional>

namespace bellwether::testing {

namespace {

namespace json = boost::json;
using cohorts::Filter;
using Test = Filter::Test;

bool equals(const json::value& value, const cohorts::Scalar& scalar) {
  if (const auto* text = std::get_if<std::string>(&scalar))
    return value.is_string() && value.get_string() == *text;
  if (const auto* flag = std::get_if<bool>(&scalar)) return value.is_bool() && value.get_bool() == *flag;
  return value.is_number() && value.to_number<double>() == std::get<double>(scalar);
}

bool passes_plainly(const json::value* value, const Filter& filter, Timestamp now) {
  // The engine keeps no nulls, and an empty object is nothing.
  const bool set =
      value != nullptr && !value->is_null() && !(value->is_object() && value->get_object().empty());
  if (!set) return false;
  const auto number = value->is_number() ? std::optional(value->to_number<double>()) : std::nullopt;
  const auto date = value->is_string() ? parse_iso8601(value->get_string()) : std::nullopt;
  const auto bound = [&](std::size_t i) { return std::get<double>(filter.values[i]); };
  switch (filter.test) {
    case Test::kSet:
      return true;
    case Test::kIs:
      return std::ranges::any_of(filter.values, [&](const auto& scalar) { return equals(*value, scalar); });
    case Test::kContains:
      return value->is_string() &&
             std::string_view(value->get_string()).find(std::get<std::string>(filter.values[0])) !=
                 std::string::npos;
    case Test::kListContains:
      return value->is_array() && std::ranges::any_of(value->get_array(), [&](const json::value& element) {
               return equals(element, filter.values[0]);
             });
    case Test::kLess:
      return number && *number < bound(0);
    case Test::kLessOrEqual:
      return number && *number <= bound(0);
    case Test::kGreater:
      return number && *number > bound(0);
    case Test::kGreaterOrEqual:
      return number && *number >= bound(0);
    case Test::kBetween:
      return number && *number >= bound(0) && *number <= bound(1);
    case Test::kBefore:
      return date && *date < filter.at;
    case Test::kOnOrAfter:
      return date && *date >= filter.at;
    case Test::kInLast:
      return date && *date >= now - filter.last && *date <= now;
  }
  return false;
}

/// One person's judge.
class Judge {
 public:
  Judge(std::string person, const PlainData& data, Timestamp now)
      : person_(std::move(person)), data_(data), now_(now) {}

  bool operator()(const cohorts::DidCount& did) const {
    const auto done = events_of(did.selection, did.within);
    return cohorts::compare(did.comparison, static_cast<double>(done.size()), static_cast<double>(did.value));
  }

  bool operator()(const cohorts::DidAggregate& did) const {
    using Of = cohorts::DidAggregate::Of;
    std::vector<double> numbers;
    std::set<std::string> distinct;
    for (const PlainEvent* event : events_of(did.selection, did.within)) {
      const json::value* value = event->properties.if_contains(did.property);
      if (value == nullptr || value->is_null()) continue;
      distinct.insert(json::serialize(*value));
      if (value->is_number()) numbers.push_back(value->to_number<double>());
    }
    if (did.of == Of::kDistinct)
      return !distinct.empty() &&
             cohorts::compare(did.comparison, static_cast<double>(distinct.size()), did.value);
    if (numbers.empty()) return false;
    double sum = 0;
    for (const double number : numbers) sum += number;
    const double value = did.of == Of::kSum       ? sum
                         : did.of == Of::kAverage ? sum / static_cast<double>(numbers.size())
                         : did.of == Of::kMin     ? *std::ranges::min_element(numbers)
                                                  : *std::ranges::max_element(numbers);
    return cohorts::compare(did.comparison, value, did.value);
  }

  bool operator()(const cohorts::Sequence& sequence) const {
    for (const PlainEvent* first : events_of(sequence.first, sequence.within)) {
      for (const PlainEvent* then : events_of(sequence.then, sequence.within)) {
        if (then->time > first->time && then->time - first->time <= sequence.gap) return true;
      }
    }
    return false;
  }

  bool operator()(const cohorts::ProfileTest& test) const {
    Filter plain = test.filter;
    plain.negated = false;
    const auto found = data_.profiles.find(person_);
    const bool passed =
        found != data_.profiles.end() &&
        std::ranges::any_of(found->second, [&](const auto& profile) { return passes(profile, plain, now_); });
    return passed != test.filter.negated;
  }

  bool operator()(const cohorts::InCohort& reference) const {
    return members_of(data_.cohorts.at(reference.name), data_, now_).contains(person_) != reference.negated;
  }

 private:
  std::vector<const PlainEvent*> events_of(const cohorts::EventSelection& selection,
                                           const cohorts::Range& within) const {
    std::vector<const PlainEvent*> found;
    for (const PlainEvent& event : data_.events) {
      if (event.person != person_ || event.event != selection.event) continue;
      if (within.last && (event.time < now_ - *within.last || event.time >= now_)) continue;
      if (within.from && event.time < *within.from) continue;
      if (within.to && event.time >= *within.to) continue;
      if (std::ranges::all_of(selection.where,
                              [&](const Filter& filter) { return passes(event.properties, filter, now_); }))
        found.push_back(&event);
    }
    return found;
  }

  const std::string person_;
  const PlainData& data_;
  const Timestamp now_;
};

bool all_or_any(cohorts::Match match, const auto& items, auto&& holds) {
  return match == cohorts::Match::kAll ? std::ranges::all_of(items, holds)
                                       : std::ranges::any_of(items, holds);
}

}  // namespace

std::set<std::string> PlainData::people() const {
  std::set<std::string> people;
  for (const PlainEvent& event : events) people.insert(event.person);
  for (const auto& [person, all] : profiles) people.insert(person);
  return people;
}

bool passes(const json::object& properties, const Filter& filter, Timestamp now) {
  return passes_plainly(properties.if_contains(filter.property), filter, now) != filter.negated;
}

std::set<std::string> members_of(const cohorts::Definition& definition, const PlainData& data,
                                 Timestamp now) {
  std::set<std::string> members;
  for (const std::string& person : data.people()) {
    const Judge judge(person, data, now);
    const auto condition_holds = [&](const cohorts::Condition& condition) {
      return std::visit(judge, condition);
    };
    const auto group_holds = [&](const cohorts::Group& group) {
      return all_or_any(group.match, group.conditions, condition_holds);
    };
    if (all_or_any(definition.match, definition.groups, group_holds)) members.insert(person);
  }
  return members;
}

}  // namespace bellwether::testing
