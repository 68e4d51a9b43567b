#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "selection/definition_reader.hpp"
#include "selection/selection.hpp"

/// A cohort's definition: who belongs to it, as of now. The published form is JSON
/// (contract/cohort-definition.schema.json); these are its types.
namespace bellwether::cohorts {

using selection::EventSelection;
using selection::Filter;
using selection::Range;
using selection::Scalar;

enum class Comparison : std::uint8_t { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

/// Did the event so often.
struct DidCount {
  EventSelection selection;
  Range within;
  Comparison comparison = Comparison::kGreaterOrEqual;
  std::int64_t value = 1;
};

/// Did the event, and an aggregate of a property over those events compares so; never true without a value.
struct DidAggregate {
  enum class Of : std::uint8_t { kSum, kAverage, kMin, kMax, kDistinct };
  EventSelection selection;
  Range within;
  Of of = Of::kSum;
  std::string property;
  Comparison comparison = Comparison::kGreaterOrEqual;
  double value = 0;
};

/// Did `first`, and later than it but at most `gap` after it, `then`.
struct Sequence {
  EventSelection first;
  EventSelection then;
  Millis gap{0};
  Range within;
};

struct ProfileTest {
  Filter filter;
};

struct InCohort {
  std::string name;
  bool negated = false;
};

using Condition = std::variant<DidCount, DidAggregate, Sequence, ProfileTest, InCohort>;

enum class Match : std::uint8_t { kAll, kAny };

struct Group {
  Match match = Match::kAll;
  std::vector<Condition> conditions;
};

struct Definition {
  Match match = Match::kAll;
  std::vector<Group> groups;
};

std::expected<Definition, ParseError> parse_definition(std::string_view json);

/// The names of the cohorts that it refers to, each once.
std::vector<std::string> referenced_cohorts(const Definition& definition);

bool compare(Comparison comparison, double left, double right);

}  // namespace bellwether::cohorts
