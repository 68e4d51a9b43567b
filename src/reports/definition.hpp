#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "calendar/calendar.hpp"
#include "reports/formula.hpp"
#include "reports/number_format.hpp"
#include "selection/definition_reader.hpp"
#include "selection/selection.hpp"

/// What a report asks. The published form is JSON (contract/report-definition.schema.json); these are its
/// types.
namespace bellwether::reports {

using selection::EventSelection;

/// What is computed of the events of a bucket.
enum class Measure : std::uint8_t {
  kTotal,        ///< how many events
  kUnique,       ///< how many people
  kDailyActive,  ///< people in the day that ends with the bucket; kWeekly: 7 days, kMonthly: 30
  kWeeklyActive,
  kMonthlyActive,
  kTotalPerUser,  ///< events for each person who did any
  kSum,           ///< of a property's numbers, as all that follow
  kAverage,
  kMedian,
  kP90,
  kP95,
  kP99,
  kMin,
  kMax,
  kDistinct,    ///< how many different values of a property, of any type
  kSumPerUser,  ///< the sum for each person who did any
};
bool needs_property(Measure measure);
/// What a bucket without events has: 0, or for averages and the like no value.
bool is_count(Measure measure);

struct Metric {
  std::string name;
  EventSelection selection;
  Measure measure = Measure::kTotal;
  std::string property;
  NumberFormat format;
};

struct FormulaMetric {
  std::string name;
  Formula formula;
  NumberFormat format;
};

/// What each series is about: values of up to two event properties, or cohorts (a person can be in several).
struct Breakdown {
  std::vector<std::string> properties = {};
  std::vector<std::string> cohorts = {};
  bool empty() const { return properties.empty() && cohorts.empty(); }
};

/// A day by the local calendar, or an instant.
struct Moment {
  std::optional<std::int64_t> day_number = std::nullopt;
  Timestamp at = {};
};

/// `last` before now, or from (included) to (excluded; now when it is not given).
struct TimeRange {
  Millis last = std::chrono::days(30);
  std::optional<Moment> from = std::nullopt;
  std::optional<Moment> to = std::nullopt;
};

/// What all kinds have.
struct Frame {
  calendar::Unit unit = calendar::Unit::kDay;
  TimeRange range;
  Breakdown breakdown;
};

struct Insights {
  Frame frame;
  std::vector<Metric> metrics;
  std::vector<FormulaMetric> formulas;
  std::size_t rolling = 1;  ///< each value is the average of so many buckets, itself the last
};

struct FunnelStep {
  std::string name;
  EventSelection selection;
};

/// Undoes an attempt that has done step `after` and not yet step `before` (from 0).
struct Exclusion {
  EventSelection selection;
  std::size_t after = 0;
  std::size_t before = 1;
};

/// Who does the steps, each strictly later than the one before, all within `window` of the first. Steps may
/// also be done in any order; then those count that lie within `window` of each other.
struct Funnel {
  Frame frame;  ///< a person or attempt belongs to the bucket of the first step
  std::vector<FunnelStep> steps;
  bool any_order = false;
  bool totals = false;  ///< attempts one after another, not people
  Millis window = std::chrono::days(14);
  std::vector<Exclusion> exclusions;  ///< only in order
};

/// Who does `birth`, and comes back with `comeback` in later periods.
struct Retention {
  Frame frame;  ///< a person belongs to the bucket of the first birth in the range
  EventSelection birth;
  EventSelection comeback;
  std::size_t periods = 7;  ///< of the frame's unit, beside the first
  bool or_after = false;    ///< back in a period means: in it or a later one
  bool rolling = false;     ///< periods of 24 hours (7, 30 days) from each birth, not the calendar's
};

/// A segmentation is an insights report of one event by one property.
struct Definition {
  enum class Kind : std::uint8_t { kInsights, kFunnels, kRetention, kSegmentation };
  Kind kind = Kind::kInsights;
  std::variant<Insights, Funnel, Retention> report;

  const Frame& frame() const;
};
std::string_view to_string(Definition::Kind kind);

std::expected<Definition, ParseError> parse_definition(std::string_view json);

}  // namespace bellwether::reports
