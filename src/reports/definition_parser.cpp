#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "reports/definition.hpp"

namespace bellwether::reports {

namespace {

namespace json = boost::json;
using calendar::Unit;
using selection::for_each_item;
using selection::ObjectReader;
using selection::read_duration;
using selection::read_name;
using selection::read_whole_number;
using selection::read_word;
using selection::refuse;
using selection::Word;

constexpr std::size_t kMaxMetrics = 10;
constexpr std::size_t kMaxSteps = 20;
constexpr std::size_t kMaxExclusions = 5;
constexpr std::size_t kMaxProperties = 2;
constexpr std::size_t kMaxCohorts = 10;
constexpr std::int64_t kMaxRolling = 365;
constexpr std::int64_t kMaxPeriods = 90;
constexpr Millis kLongestRange = std::chrono::days(3660);
constexpr Millis kLongestWindow = std::chrono::days(366);

constexpr std::array<Word<Measure>, 16> kMeasures{{{"total", Measure::kTotal},
                                                   {"unique", Measure::kUnique},
                                                   {"dau", Measure::kDailyActive},
                                                   {"wau", Measure::kWeeklyActive},
                                                   {"mau", Measure::kMonthlyActive},
                                                   {"total_per_user", Measure::kTotalPerUser},
                                                   {"sum", Measure::kSum},
                                                   {"average", Measure::kAverage},
                                                   {"median", Measure::kMedian},
                                                   {"p90", Measure::kP90},
                                                   {"p95", Measure::kP95},
                                                   {"p99", Measure::kP99},
                                                   {"min", Measure::kMin},
                                                   {"max", Measure::kMax},
                                                   {"distinct", Measure::kDistinct},
                                                   {"sum_per_user", Measure::kSumPerUser}}};
constexpr std::array<Word<bool>, 2> kOrders{{{"in_order", false}, {"any_order", true}}};
constexpr std::array<Word<bool>, 2> kCountings{{{"uniques", false}, {"totals", true}}};
constexpr std::array<Word<bool>, 2> kWhens{{{"on", false}, {"on_or_after", true}}};
constexpr std::array<Word<bool>, 2> kPeriodKinds{{{"calendar", false}, {"rolling", true}}};

bool is_active_users(Measure measure) {
  return measure >= Measure::kDailyActive && measure <= Measure::kMonthlyActive;
}

Millis read_bounded(const ObjectReader& object, std::string_view key, Millis most) {
  const Millis value = read_duration(object.at(key), object.at_path(key));
  if (value > most)
    refuse(object.at_path(key), fmt::format("must not be longer than {}d",
                                            std::chrono::duration_cast<std::chrono::days>(most).count()));
  return value;
}

template <std::size_t N>
bool read_choice(const ObjectReader& object, std::string_view key, const std::array<Word<bool>, N>& words) {
  const json::value* value = object.find(key);
  return value != nullptr && read_word(*value, object.at_path(key), words);
}

Moment read_moment(const json::value& value, const std::string& path) {
  const Timestamp at = selection::read_instant(value, path);
  constexpr std::size_t kDateLength = 10;
  if (value.get_string().size() > kDateLength) return {std::nullopt, at};
  return {std::chrono::floor<std::chrono::days>(at).time_since_epoch().count(), {}};
}

TimeRange read_time_range(const json::value& value, const std::string& path) {
  const ObjectReader object(value, path, {"last", "from", "to"});
  TimeRange range;
  if (object.find("last") != nullptr) {
    if (object.size() > 1) refuse(path, "takes either last, or from and to");
    range.last = read_bounded(object, "last", kLongestRange);
    return range;
  }
  range.from = read_moment(object.at("from"), object.at_path("from"));
  if (const json::value* to = object.find("to")) range.to = read_moment(*to, object.at_path("to"));
  return range;
}

Breakdown read_breakdown(const json::value& value, const std::string& path) {
  const ObjectReader object(value, path, {"properties", "cohorts"});
  if (object.size() != 1) refuse(path, "must have either properties or cohorts");
  Breakdown breakdown;
  const auto read_names = [&](std::string_view key, std::size_t most, std::vector<std::string>& names) {
    const json::value* list = object.find(key);
    if (list == nullptr) return;
    for_each_item(*list, object.at_path(key), 1, most, [&](const json::value& item, const std::string& at) {
      names.push_back(read_name(item, at));
      if (std::ranges::count(names, names.back()) > 1) refuse(at, "is there already");
    });
  };
  read_names("properties", kMaxProperties, breakdown.properties);
  read_names("cohorts", kMaxCohorts, breakdown.cohorts);
  return breakdown;
}

Frame read_frame(const ObjectReader& object) {
  Frame frame;
  if (const json::value* unit = object.find("unit")) {
    constexpr std::array<Word<Unit>, 5> kWords{{{"minute", Unit::kMinute},
                                                {"hour", Unit::kHour},
                                                {"day", Unit::kDay},
                                                {"week", Unit::kWeek},
                                                {"month", Unit::kMonth}}};
    frame.unit = read_word(*unit, object.at_path("unit"), kWords);
  }
  if (const json::value* range = object.find("range"))
    frame.range = read_time_range(*range, object.at_path("range"));
  if (const json::value* breakdown = object.find("breakdown"))
    frame.breakdown = read_breakdown(*breakdown, object.at_path("breakdown"));
  return frame;
}

NumberFormat read_format(const ObjectReader& object) {
  const json::value* value = object.find("format");
  if (value == nullptr) return {};
  auto format = value->is_string() ? parse_number_format(value->get_string()) : std::nullopt;
  if (!format)
    refuse(object.at_path("format"), "must be \"number\", \"percent\", \"duration\" or \"currency:EUR\"");
  return *format;
}

/// `measure` and the property that it needs.
void read_measure(Metric& metric, const ObjectReader& object, Unit unit) {
  if (const json::value* measure = object.find("measure"))
    metric.measure = read_word(*measure, object.at_path("measure"), kMeasures);
  if (needs_property(metric.measure)) {
    metric.property = read_name(object.at("property"), object.at_path("property"));
  } else if (object.find("property") != nullptr) {
    refuse(object.at_path("property"), "is only for measures of a property, such as sum");
  }
  if (is_active_users(metric.measure) && unit < Unit::kDay)
    refuse(object.at_path("measure"), "dau, wau and mau need the unit day, week or month");
}

std::string read_name_or(const ObjectReader& object, std::string_view key, std::string otherwise) {
  const json::value* name = object.find(key);
  return name == nullptr ? std::move(otherwise) : read_name(*name, object.at_path(key));
}

void refuse_second(const auto& named, const std::string& name, const std::string& path) {
  if (std::ranges::any_of(named, [&](const auto& other) { return other.name == name; }))
    refuse(path, fmt::format("there is a \"{}\" already: give this one a name of its own", name));
}

Metric read_metric(const json::value& value, const std::string& path, Unit unit) {
  const ObjectReader object(value, path, {"name", "event", "where", "measure", "property", "format"});
  Metric metric;
  metric.selection = selection::read_selection(object);
  metric.name = read_name_or(object, "name", metric.selection.event);
  read_measure(metric, object, unit);
  metric.format = read_format(object);
  return metric;
}

FormulaMetric read_formula(const json::value& value, const std::string& path, std::size_t metrics) {
  const ObjectReader object(value, path, {"name", "expression", "format"});
  const std::string text = read_name(object.at("expression"), object.at_path("expression"));
  auto formula = Formula::parse(text, metrics);
  if (!formula) refuse(object.at_path("expression"), formula.error());
  return {read_name_or(object, "name", text), std::move(*formula), read_format(object)};
}

Insights read_insights(const json::value& value) {
  const ObjectReader object(value, "",
                            {"kind", "metrics", "formulas", "breakdown", "unit", "range", "rolling"});
  Insights insights{.frame = read_frame(object)};
  for_each_item(object.at("metrics"), "metrics", 1, kMaxMetrics,
                [&](const json::value& item, const std::string& at) {
                  Metric metric = read_metric(item, at, insights.frame.unit);
                  refuse_second(insights.metrics, metric.name, at);
                  insights.metrics.push_back(std::move(metric));
                });
  if (const json::value* formulas = object.find("formulas")) {
    for_each_item(*formulas, "formulas", 0, kMaxMetrics, [&](const json::value& item, const std::string& at) {
      FormulaMetric formula = read_formula(item, at, insights.metrics.size());
      refuse_second(insights.metrics, formula.name, at);
      refuse_second(insights.formulas, formula.name, at);
      insights.formulas.push_back(std::move(formula));
    });
  }
  if (const json::value* rolling = object.find("rolling"))
    insights.rolling = static_cast<std::size_t>(read_whole_number(*rolling, "rolling", 1, kMaxRolling));
  return insights;
}

Insights read_segmentation(const json::value& value) {
  const ObjectReader object(
      value, "", {"kind", "event", "where", "measure", "property", "format", "by", "unit", "range"});
  Insights insights{.frame = read_frame(object)};
  Metric metric;
  metric.selection = selection::read_selection(object);
  metric.name = metric.selection.event;
  read_measure(metric, object, insights.frame.unit);
  metric.format = read_format(object);
  insights.frame.breakdown.properties = {read_name(object.at("by"), "by")};
  insights.metrics.push_back(std::move(metric));
  return insights;
}

EventSelection read_event(const ObjectReader& parent, std::string_view key) {
  return selection::read_selection(ObjectReader(parent.at(key), parent.at_path(key), {"event", "where"}));
}

Exclusion read_exclusion(const json::value& value, const std::string& path, std::size_t steps) {
  const ObjectReader object(value, path, {"event", "where", "after", "before"});
  Exclusion exclusion{selection::read_selection(object)};
  const auto most = static_cast<std::int64_t>(steps);
  const std::int64_t after =
      object.find("after") == nullptr
          ? 1
          : read_whole_number(object.at("after"), object.at_path("after"), 1, most - 1);
  const std::int64_t before =
      object.find("before") == nullptr
          ? most
          : read_whole_number(object.at("before"), object.at_path("before"), after + 1, most);
  exclusion.after = static_cast<std::size_t>(after - 1);
  exclusion.before = static_cast<std::size_t>(before - 1);
  return exclusion;
}

Funnel read_funnel(const json::value& value) {
  const ObjectReader object(
      value, "", {"kind", "steps", "order", "window", "counting", "exclude", "breakdown", "unit", "range"});
  Funnel funnel{.frame = read_frame(object)};
  for_each_item(object.at("steps"), "steps", 2, kMaxSteps,
                [&](const json::value& item, const std::string& at) {
                  const ObjectReader step(item, at, {"name", "event", "where"});
                  FunnelStep read{"", selection::read_selection(step)};
                  read.name = read_name_or(step, "name", read.selection.event);
                  funnel.steps.push_back(std::move(read));
                });
  funnel.any_order = read_choice(object, "order", kOrders);
  funnel.totals = read_choice(object, "counting", kCountings);
  if (object.find("window") != nullptr) funnel.window = read_bounded(object, "window", kLongestWindow);
  if (const json::value* exclude = object.find("exclude")) {
    if (funnel.any_order) refuse("exclude", "is only for steps in order");
    for_each_item(*exclude, "exclude", 0, kMaxExclusions,
                  [&](const json::value& item, const std::string& at) {
                    funnel.exclusions.push_back(read_exclusion(item, at, funnel.steps.size()));
                  });
  }
  return funnel;
}

Retention read_retention(const json::value& value) {
  const ObjectReader object(
      value, "", {"kind", "birth", "return", "periods", "when", "periods_are", "breakdown", "unit", "range"});
  Retention retention{.frame = read_frame(object)};
  if (retention.frame.unit < Unit::kDay) refuse("unit", "must be day, week or month");
  retention.birth = read_event(object, "birth");
  retention.comeback = read_event(object, "return");
  if (const json::value* periods = object.find("periods"))
    retention.periods = static_cast<std::size_t>(read_whole_number(*periods, "periods", 1, kMaxPeriods));
  retention.or_after = read_choice(object, "when", kWhens);
  retention.rolling = read_choice(object, "periods_are", kPeriodKinds);
  return retention;
}

Definition::Kind read_kind(const json::value& document) {
  using Kind = Definition::Kind;
  if (!document.is_object()) refuse("", "must be an object");
  const json::value* kind = document.get_object().if_contains("kind");
  if (kind == nullptr) refuse("kind", "is missing");
  constexpr std::array<Word<Kind>, 4> kWords{{{"insights", Kind::kInsights},
                                              {"funnels", Kind::kFunnels},
                                              {"retention", Kind::kRetention},
                                              {"segmentation", Kind::kSegmentation}}};
  return read_word(*kind, "kind", kWords);
}

}  // namespace

std::expected<Definition, ParseError> parse_definition(std::string_view text) {
  Definition definition;
  const auto read = selection::read_definition(text, [&](const json::value& document) {
    definition.kind = read_kind(document);
    switch (definition.kind) {
      case Definition::Kind::kFunnels:
        definition.report = read_funnel(document);
        break;
      case Definition::Kind::kRetention:
        definition.report = read_retention(document);
        break;
      case Definition::Kind::kSegmentation:
        definition.report = read_segmentation(document);
        break;
      default:
        definition.report = read_insights(document);
    }
  });
  if (!read) return std::unexpected(read.error());
  return definition;
}

}  // namespace bellwether::reports
