#include "publisher/alert_fields.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/exact_json.hpp"

namespace bellwether::publisher {

namespace {

namespace json = boost::json;

/// `"any"`, or an array of labels; an empty one is the whole.
void read_segment(alerts::Watch& watch, const Fields& fields) {
  using Scope = alerts::Watch::Scope;
  const json::value segment = parse_exact_json(fields.json_or_empty("segment"));
  watch.segment.clear();
  if (segment.is_string() && segment.get_string() == "any") {
    watch.scope = Scope::kAny;
    return;
  }
  if (!segment.is_array())
    throw ParseError{"", fields.at("segment") + R"( must be "any" or an array of labels)"};
  for (const json::value& label : segment.get_array()) {
    if (!label.is_string() && !label.is_null())
      throw ParseError{"", fields.at("segment") + "'s labels must be strings, or null for what is not set"};
    watch.segment.push_back(label.is_null() ? std::nullopt : std::optional(std::string(label.get_string())));
  }
  watch.scope = watch.segment.empty() ? Scope::kOverall : Scope::kSegment;
}

/// Reads a part with a parser of its own, which knows the places within it.
template <typename Parse>
auto read_part(const Fields& fields, std::string_view name, Parse&& parse) {
  auto part = parse(fields.json_or_empty(name));
  if (part) return std::move(*part);
  const std::string& path = part.error().path;
  throw ParseError{"", fields.at(name) + (path.empty() ? " " : "." + path + ": ") + part.error().message};
}

}  // namespace

void read_into(alerts::Alert& alert, const Fields& fields) {
  alert.name = fields.text_or("name", alert.name);
  alert.creator = fields.text_or("creator", alert.creator);
  alert.creator_email = fields.text_or("creator_email", alert.creator_email);
  alert.watch.metric = fields.text_or("metric", alert.watch.metric);
  alert.paused = fields.flag_or("paused", alert.paused);
  if (fields.has("segment")) read_segment(alert.watch, fields);
  if (fields.has("condition")) alert.condition = read_part(fields, "condition", alerts::parse_condition);
  if (fields.has("windows")) alert.windows = read_part(fields, "windows", alerts::parse_windows);
  if (fields.has("emails")) alert.emails = fields.texts("emails");
  if (const auto frequency = fields.optional_text("frequency")) {
    const auto parsed = parse_duration(*frequency);
    if (!parsed) throw ParseError{"", fields.at("frequency") + " must be a time such as \"1h\" or \"7d\""};
    alert.frequency = *parsed;
  }
}

std::string first_metric(const reports::Definition& report) {
  if (const auto* insights = std::get_if<reports::Insights>(&report.report))
    return insights->metrics.front().name;
  return std::string(reports::kConversion);
}

}  // namespace bellwether::publisher
