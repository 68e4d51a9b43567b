#include "base/error.hpp"
#include "base/shorten.hpp"
#include "publisher/api/actions.hpp"
#include "publisher/api/routes.hpp"
#include "publisher/report_runner.hpp"
#include "publisher/root_cause_analysis.hpp"
#include "registry/reports.hpp"

namespace bellwether::publisher {

namespace {

constexpr std::size_t kMaxShown = 20;

void optional_value(JsonWriter& json, std::string_view key, const auto& value) {
  json.key(key);
  if (value) {
    json.value(*value);
  } else {
    json.null();
  }
}

void render(JsonWriter& json, const alerts::Dimension& dimension) {
  json.begin_object().key("property").value(dimension.property).key("score").value(dimension.score);
  json.key("kind").value(dimension.is_mix ? "mix" : "segments").key("segments").begin_array();
  for (std::size_t i = 0; i < dimension.segments.size() && i < kMaxShown; ++i) {
    const alerts::SegmentShift& shift = dimension.segments[i];
    json.begin_object();
    // Many segments of many properties: together they must not be gigabytes.
    optional_value(json, "label", shift.label.transform([](const std::string& label) {
      return shorten(label, kDetailCharacters);
    }));
    json.key("before").value(shift.before).key("after").value(shift.after);
    json.key("contribution")
        .value(shift.contribution)
        .key("mix")
        .value(shift.mix)
        .key("within")
        .value(shift.within);
    json.end_object();
  }
  json.end_array().end_object();
}

std::string render(const RootCause& cause) {
  const alerts::Movement& movement = cause.movement;
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("bucket").value(format_iso8601(cause.bucket));
  json.key("bucket_end").value(format_iso8601(cause.bucket_end)).key("sentence").value(cause.sentence);
  json.key("confidence").value(alerts::to_string(cause.confidence)).key("value").value(movement.value);
  json.key("baseline").begin_object().key("buckets").value(cause.baseline).key("mean").value(movement.mean);
  json.key("deviation").value(movement.deviation).end_object();
  optional_value(json, "change", movement.change);
  optional_value(json, "z_score", movement.z_score);
  json.key("is_real").value(movement.is_real).key("like_for_like").begin_object();
  optional_value(json, "mean", movement.like_for_like_mean);
  optional_value(json, "stands", movement.stands_like_for_like);
  json.end_object().key("dimensions").begin_array();
  for (const alerts::Dimension& dimension : cause.dimensions) render(json, dimension);
  json.end_array().key("skipped_properties").begin_array();
  for (const std::string& property : cause.skipped) json.value(property);
  json.end_array().end_object();
  return body;
}

/// `at` is Unix seconds, as in a payload's link.
std::expected<Timestamp, ApiError> time_parameter(const Call& call) {
  const auto at = call.number("at");
  if (!at) return std::unexpected(at.error());
  constexpr std::int64_t kLatest = 1LL << 40;
  if (!*at || **at < 0 || **at > kLatest)
    return api_error(400, "bad_parameter", "say which bucket: ?at= a Unix time in seconds");
  constexpr std::int64_t kMs = 1000;
  return from_unix_ms(**at * kMs);
}

}  // namespace

Done<RootCause> explain_bucket(const Call& call, const alerts::Alert& alert) {
  const auto at = TRY(time_parameter(call));
  if (!alert.problem.empty())
    return api_error(409, "conflict", "the alert does not fit its report: " + alert.problem);
  std::optional<reports::Context> context;
  std::optional<registry::Report> report;
  RootCauseOptions options;
  {
    const auto reader = call.parts.store.readers().borrow();
    report = registry::find_report(*reader, alert.report_id);
    const auto project = registry::find_project(*reader, alert.project_id);
    if (!report || !project) return no_such("report");
    options.properties = project->priority_properties;
    context.emplace(
        report_context(*reader, call.parts.engine, *project, system_now(), call.parts.options.query_timeout));
  }
  const auto definition = reports::parse_definition(report->definition);
  if (!definition) return api_error(409, "conflict", "definition: " + definition.error().describe());
  auto cause = analyse_root_cause(*context, alert, *definition, at, options);
  if (!cause) return std::unexpected(to_api_error(cause.error()));
  if (!*cause)
    return api_error(404, "not_found",
                     "there is nothing to compare: the bucket or those before it have no values");
  return std::move(**cause);
}

Answer show_root_cause(const Call& call) {
  const auto alert = TRY(find_alert(call, 2));
  const auto cause = TRY(explain_bucket(call, alert));
  return api::json_response(render(cause));
}

}  // namespace bellwether::publisher
