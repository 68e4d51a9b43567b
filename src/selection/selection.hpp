#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.hpp"

/// Which events and profiles are meant: what cohorts and reports are written with. Read from JSON
/// (definition_reader.hpp), compiled to conditions of the event engine (filter_sql.hpp).
namespace bellwether::selection {

using Scalar = std::variant<std::string, double, bool>;

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

}  // namespace bellwether::selection
