#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.hpp"

/// A cohort's definition: who belongs to it, as of now. The published form is JSON
/// (contract/cohort-definition.schema.json); these are its types.
namespace bellwether::cohorts {

using Scalar = std::variant<std::string, double, bool>;

enum class Comparison : std::uint8_t { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

/// A test of one property of an event or profile. `negated`: true where the test itself is false, so also
/// where the property is not set ("is not", "does not contain", "not set").
struct Filter {
  enum class Test : std::uint8_t {
    kSet,
    kIs,            ///< equals one of `values`
    kContains,      ///< a text with values[0] in it
    kListContains,  ///< a list with values[0] as an element
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual,
    kBetween,    ///< from values[0] to values[1], both included
    kBefore,     ///< a date before `at`
    kOnOrAfter,  ///< a date from `at` on
    kInLast,     ///< a date from `now - last` to now
  };
  std::string property;
  Test test = Test::kSet;
  bool negated = false;
  std::vector<Scalar> values = {};
  Timestamp at = {};
  Millis last{0};
};

/// The times that count: from (included) to (excluded), or the last stretch before now. All of it when empty.
struct Range {
  std::optional<Timestamp> from;
  std::optional<Timestamp> to;
  std::optional<Millis> last;
};

struct EventSelection {
  std::string event;
  std::vector<Filter> where;  ///< all must hold
};

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

struct DefinitionError {
  std::string path;     ///< "groups[0].conditions[1].did.count.op"
  std::string message;  ///< what is allowed there
  std::string describe() const { return path.empty() ? message : path + ": " + message; }
};

std::expected<Definition, DefinitionError> parse_definition(std::string_view json);

/// The names of the cohorts that it refers to, each once.
std::vector<std::string> referenced_cohorts(const Definition& definition);

bool compare(Comparison comparison, double left, double right);

}  // namespace bellwether::cohorts
