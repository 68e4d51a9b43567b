#include "registry/reports.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "alerts/alert_store.hpp"
#include "base/error.hpp"
#include "publisher/api/actions.hpp"
#include "publisher/api/render.hpp"
#include "publisher/api/routes.hpp"
#include "publisher/invalid_alert_message.hpp"
#include "publisher/report_runner.hpp"
#include "reports/schema.hpp"

namespace bellwether::publisher {

namespace {

/// Tells each creator once that their alert does not fit its report any more.
void tell_creators(const Call& call, const registry::Report& report,
                   const std::vector<alerts::FitChange>& changes) {
  for (const alerts::FitChange& change : changes) {
    if (!change.problem.empty())
      call.parts.operator_notifier.tell(invalid_alert_message(change, report.name));
  }
}

Answer save(const Call& call, const registry::Report& report, unsigned status) {
  std::vector<alerts::FitChange> changes;
  const auto saved =
      call.parts.store.change<registry::Report>([&](storage::Database& database) -> Result<registry::Report> {
        const auto id = TRY(registry::save_report(database, report));
        changes = alerts::fit_changes(database, id, report.definition);
        alerts::apply_fit_changes(database, changes, system_now());
        return *registry::find_report(database, id);
      });
  if (!saved) return std::unexpected(saved.error());
  tell_creators(call, *saved, changes);
  return show(*saved, status);
}

/// What a change would do to the alerts that watch the report; nothing is changed.
Answer answer_fit_changes(const Call& call, const registry::Report& report) {
  const auto reader = call.parts.store.readers().borrow();
  const auto definition = reports::parse_definition(report.definition);
  if (!definition) return api_error(400, "invalid", "definition: " + definition.error().describe());
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("dry_run").value(true).key("alerts").begin_array();
  for (const alerts::FitChange& change : alerts::fit_changes(*reader, report.id, report.definition)) {
    json.begin_object().key("id").value(change.alert.id).key("name").value(change.alert.name);
    json.key("becomes")
        .value(change.problem.empty() ? "valid" : "invalid")
        .key("problem")
        .value(change.problem);
    json.end_object();
  }
  json.end_array().end_object();
  return api::json_response(std::move(body));
}

/// Says also that it is the report's definition that is wrong.
ApiError to_definition_error(const reports::ReportError& error) {
  ApiError api_error = to_api_error(error);
  if (error.is_definition) api_error.message = "definition: " + api_error.message;
  return api_error;
}

Answer answer_result(const Call& call, const std::string& project_id, const std::string& definition) {
  const auto run = TRY(run_report(call, project_id, definition));
  if (call.parameter("format") == "csv" || call.accepts("text/csv"))
    return api::text_response(reports::to_csv(run.report), "text/csv; charset=utf-8");
  return api::json_response(reports::to_json(run.report));
}

}  // namespace

Done<registry::Report> find_report(const Call& call, std::size_t segment) {
  const auto id = TRY(call.id_at(segment));
  const auto reader = call.parts.store.readers().borrow();
  auto report = registry::find_report(*reader, id);
  if (!report) return no_such("report");
  return std::move(*report);
}

Done<ReportRun> run_report(const Call& call, const std::string& project_id, const std::string& text) {
  auto definition = reports::parse_definition(text);
  if (!definition) return api_error(400, "invalid", "definition: " + definition.error().describe());
  std::optional<reports::Context> context;
  std::optional<registry::Project> project;
  {
    const auto reader = call.parts.store.readers().borrow();
    project = registry::find_project(*reader, project_id);
    if (!project) return no_such("project");
    context.emplace(
        report_context(*reader, call.parts.engine, *project, system_now(), call.parts.options.query_timeout));
  }
  auto report = reports::run(*context, *definition);
  if (!report) return std::unexpected(to_definition_error(report.error()));
  return ReportRun{std::move(*project), context->zone, std::move(*definition), std::move(*report)};
}

Answer list_reports(const Call& call) {
  const auto project = TRY(project_parameter(call));
  const auto reader = call.parts.store.readers().borrow();
  return show_all(registry::list_reports(*reader, project));
}

Answer create_report(const Call& call) {
  registry::Report report{.changed_at = system_now()};
  const auto read = read_json(call.request.body, [&](const boost::json::value& value) {
    const Fields fields(value, "", {"project_id", "name", "description", "definition"});
    report.project_id = fields.text("project_id");
    report.name = fields.text("name");
    report.description = fields.text_or("description", "");
    report.definition = fields.json_or_empty("definition");
  });
  if (!read) return std::unexpected(read.error());
  return save(call, report, 201);
}

Answer show_report(const Call& call) {
  const auto report = TRY(find_report(call, 2));
  return show(report);
}

Answer change_report(const Call& call) {
  auto report = TRY(find_report(call, 2));
  const auto read = read_json(call.request.body, [&](const boost::json::value& value) {
    const Fields fields(value, "", {"name", "description", "definition"});
    report.name = fields.text("name");
    report.description = fields.text_or("description", "");
    report.definition = fields.json_or_empty("definition");
  });
  if (!read) return std::unexpected(read.error());
  report.changed_at = system_now();
  return call.parameter("dry_run") == "1" ? answer_fit_changes(call, report) : save(call, report, 200);
}

Answer delete_report(const Call& call) {
  const auto id = TRY(call.id_at(2));
  const auto gone = call.parts.store.change<void>(
      [&](storage::Database& database) { return alerts::remove_report(database, id); });
  if (!gone) return std::unexpected(gone.error());
  return no_content();
}

Answer show_report_result(const Call& call) {
  const auto report = TRY(find_report(call, 2));
  return answer_result(call, report.project_id, report.definition);
}

Answer run_definition(const Call& call) {
  std::string project_id;
  std::string definition;
  const auto read = read_json(call.request.body, [&](const boost::json::value& value) {
    const Fields fields(value, "", {"project_id", "definition"});
    project_id = fields.text("project_id");
    definition = fields.json_or_empty("definition");
  });
  if (!read) return std::unexpected(read.error());
  return answer_result(call, project_id, definition);
}

Answer show_report_schema(const Call&) {
  return api::text_response(std::string(reports::definition_schema()), "application/schema+json");
}

}  // namespace bellwether::publisher
