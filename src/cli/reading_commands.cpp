#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "cli/commands.hpp"
#include "cli/listing.hpp"
#include "cli/remote.hpp"

namespace bellwether::cli {

namespace {

struct Arguments {
  Remote remote;
  std::optional<std::string> after;
  int limit = 100;
};

std::string list_target(std::string_view path, const Arguments& arguments) {
  std::string target = fmt::format("{}?limit={}", path, arguments.limit);
  if (arguments.after) target += "&after=" + to_percent_encoding(*arguments.after);
  return target;
}

void add_list_command(CLI::App& app, Action& action, const char* name, const char* description,
                      const char* path, std::vector<Column> columns) {
  auto* command = app.add_subcommand(name, description);
  const auto arguments = std::make_shared<Arguments>();
  arguments->remote.add_options(*command);
  command->add_option("--limit", arguments->limit, "How many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--after", arguments->after, "Go on behind this one");
  command->callback([arguments, &action, path, shown = std::move(columns)] {
    action = [arguments, path, shown] {
      return print_list(arguments->remote, list_target(path, *arguments), shown);
    };
  });
}

}  // namespace

void add_cohorts_command(CLI::App& app, Action& action) {
  add_list_command(app, action, "cohorts", "List the cohorts of a running subscriber", "/v1/cohorts",
                   {{"PROJECT", "/project_id"},
                    {"COHORT", "/cohort_id"},
                    {"NAME", "/name"},
                    {"MEMBERS", "/members"},
                    {"IN DOUBT", "/in_doubt"},
                    {"BASELINE", "/baseline"},
                    {"CHANGED", "/changed_at"}});
}

void add_alerts_command(CLI::App& app, Action& action) {
  add_list_command(app, action, "alerts", "List the alerts that a running subscriber received, newest first",
                   "/v1/alerts",
                   {{"ID", "/id"},
                    {"FIRED", "/fired_at"},
                    {"PROJECT", "/project_id"},
                    {"ALERT", "/name"},
                    {"CONDITION", "/sentence"},
                    {"REPORT", "/report_name"}});
}

}  // namespace bellwether::cli
