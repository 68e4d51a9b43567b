#include "alerts/condition.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "anomalies/detector.hpp"
#include "base/json_writer.hpp"

namespace bellwether::alerts {

namespace {

using Kind = Condition::Kind;
using Direction = Condition::Direction;
using selection::ObjectReader;
using selection::read_number;
using selection::read_word;
using selection::refuse;
using selection::Word;

constexpr double kPercent = 100;
constexpr std::array<Word<Kind>, 6> kTypes{{{"absolute", Kind::kAbove},
                                            {"increase", Kind::kIncrease},
                                            {"decrease", Kind::kDecrease},
                                            {"percent_increase", Kind::kPercentIncrease},
                                            {"percent_decrease", Kind::kPercentDecrease},
                                            {"anomaly", Kind::kAnomaly}}};
constexpr std::array<Word<Kind>, 2> kOperators{{{">", Kind::kAbove}, {"<", Kind::kBelow}}};
constexpr std::array<Word<Direction>, 3> kDirections{
    {{"any", Direction::kAny}, {"up", Direction::kUp}, {"down", Direction::kDown}}};

Condition read_anomaly(const ObjectReader& object) {
  Condition condition{.kind = Kind::kAnomaly};
  if (const auto* confidence = object.find("confidence"))
    condition.confidence = read_number(*confidence, object.at_path("confidence"));
  if (condition.confidence < anomalies::kLeastConfidence ||
      condition.confidence > anomalies::kMaxConfidence) {
    refuse(object.at_path("confidence"),
           fmt::format("must be from {} to {}", anomalies::kLeastConfidence, anomalies::kMaxConfidence));
  }
  if (const auto* direction = object.find("direction"))
    condition.direction = read_word(*direction, object.at_path("direction"), kDirections);
  return condition;
}

Condition read_condition(const boost::json::value& value) {
  const ObjectReader any(value, "", {"type", "operator", "threshold", "confidence", "direction"});
  const Kind kind = read_word(any.at("type"), "type", kTypes);
  if (kind == Kind::kAnomaly)
    return read_anomaly(ObjectReader(value, "", {"type", "confidence", "direction"}));
  Condition condition{.kind = kind};
  if (kind == Kind::kAbove) {
    const ObjectReader object(value, "", {"type", "operator", "threshold"});
    condition.kind = read_word(object.at("operator"), "operator", kOperators);
    condition.threshold = read_number(object.at("threshold"), "threshold");
    return condition;
  }
  const ObjectReader object(value, "", {"type", "threshold"});
  condition.threshold = read_number(object.at("threshold"), "threshold");
  if (condition.threshold < 0) refuse("threshold", "must not be negative: decrease is a type of its own");
  return condition;
}

/// `size` of what happened against `threshold`: no finding when it is not more.
std::optional<Finding> exceed(double value, double size, double threshold, bool is_up) {
  if (!(size > threshold)) return std::nullopt;
  const double scale = std::max(std::abs(threshold), 1e-9);
  return Finding{value, threshold, (size - threshold) / scale, is_up};
}

std::optional<Finding> judge_change(const Condition& condition, const Observation& observation) {
  if (!observation.before) return std::nullopt;
  const double before = *observation.before;
  const bool is_up = condition.kind == Kind::kIncrease || condition.kind == Kind::kPercentIncrease;
  const bool percent = condition.kind == Kind::kPercentIncrease || condition.kind == Kind::kPercentDecrease;
  double change = (*observation.value - before) * (is_up ? 1 : -1);
  // Of nothing there is no share.
  if (percent && before == 0) return std::nullopt;
  if (percent) change = kPercent * change / std::abs(before);
  return exceed(*observation.value, change, condition.threshold, is_up);
}

std::optional<Finding> judge_anomaly(const Condition& condition, const Observation& observation) {
  if (!observation.has_band) return std::nullopt;
  const double value = *observation.value;
  const double half = std::max((observation.upper - observation.lower) / 2, 1e-9);
  if (value > observation.upper && condition.direction != Direction::kDown)
    return Finding{value, observation.upper, (value - observation.upper) / half, true};
  if (value < observation.lower && condition.direction != Direction::kUp)
    return Finding{value, observation.lower, (observation.lower - value) / half, false};
  return std::nullopt;
}

}  // namespace

std::expected<Condition, ParseError> parse_condition(std::string_view json) {
  Condition condition;
  const auto read = selection::read_definition(
      json, [&](const boost::json::value& document) { condition = read_condition(document); });
  if (!read) return std::unexpected(read.error());
  return condition;
}

std::string_view type_of(const Condition& condition) {
  if (condition.kind == Kind::kBelow) return "absolute";
  const auto* found = std::ranges::find(kTypes, condition.kind, &Word<Kind>::second);
  return found->first;
}

std::string to_json(const Condition& condition) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("type").value(type_of(condition));
  if (condition.is_anomaly()) {
    json.key("confidence").value(condition.confidence).key("direction");
    json.value(kDirections[static_cast<std::size_t>(condition.direction)].first);
  } else {
    if (condition.kind <= Kind::kBelow)
      json.key("operator").value(condition.kind == Kind::kAbove ? ">" : "<");
    json.key("threshold").value(condition.threshold);
  }
  json.end_object();
  return text;
}

std::optional<Finding> judge(const Condition& condition, const Observation& observation) {
  if (!observation.value) return std::nullopt;
  if (condition.is_anomaly()) return judge_anomaly(condition, observation);
  if (condition.compares_with_before()) return judge_change(condition, observation);
  if (condition.kind == Kind::kAbove)
    return exceed(*observation.value, *observation.value, condition.threshold, true);
  auto below = exceed(*observation.value, -*observation.value, -condition.threshold, false);
  if (below) below->threshold = condition.threshold;
  return below;
}

std::string sentence(const Condition& condition, const Observation& observation, const Finding& finding,
                     const reports::NumberFormat& format) {
  const auto shown = [&](double value) { return reports::format_value(value, format); };
  if (condition.is_anomaly()) {
    return fmt::format("{} the expected {} to {} ({:g}% confidence)", finding.is_up ? "above" : "below",
                       shown(observation.lower), shown(observation.upper), condition.confidence * kPercent);
  }
  if (!condition.compares_with_before())
    return fmt::format("{} {}", finding.is_up ? "above" : "below", shown(condition.threshold));
  const bool percent = condition.kind == Kind::kPercentIncrease || condition.kind == Kind::kPercentDecrease;
  const std::string by =
      percent ? reports::format_number(condition.threshold) + "%" : shown(condition.threshold);
  return fmt::format("{} by more than {} (from {} to {})", finding.is_up ? "increased" : "decreased", by,
                     shown(observation.before.value_or(0)), shown(finding.value));
}

}  // namespace bellwether::alerts
