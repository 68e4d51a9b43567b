#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/exact_json.hpp"
#include "base/visible.hpp"
#include "cli/commands.hpp"
#include "cli/follow.hpp"
#include "cli/listing.hpp"
#include "cli/remote.hpp"

namespace bellwether::cli {

namespace {

struct Arguments {
  Remote remote{kPublisher};
  std::string project;
  std::string event;
  std::string distinct_id;
  int limit = 20;
  std::string after;
  bool follow = false;
  bool rejected = false;
};

const std::vector<Column>& columns() {
  static const std::vector<Column> kColumns{{"RECEIVED", "/received_at"},
                                            {"EVENT", "/event"},
                                            {"WHO", "/distinct_id"},
                                            {"TIME", "/time"},
                                            {"SDK", "/properties/mp_lib"}};
  return kColumns;
}

const std::vector<Column>& reject_columns() {
  static const std::vector<Column> kColumns{{"AT", "/at"},
                                            {"PATH", "/path"},
                                            {"PROJECT", "/project_id"},
                                            {"REASON", "/reason"},
                                            {"MESSAGE", "/message"}};
  return kColumns;
}

/// The project to look at: the one that is named, else the only one.
Result<std::string> project_of(const Arguments& arguments) {
  if (!arguments.project.empty()) return arguments.project;
  const auto body = arguments.remote.get("/v1/projects");
  if (!body) return std::unexpected(body.error());
  std::string ids;
  std::size_t count = 0;
  const auto listed = parse_exact_json(*body);
  for (const auto& project : listed.at("data").as_array()) {
    if (!ids.empty()) ids += ", ";
    ids += project.at("id").as_string();
    ++count;
  }
  if (count == 1) return ids;
  return fail(count == 0 ? "there is no project yet: make one with bellwether apply"
                         : fmt::format("say which project: --project, one of {}", ids));
}

void print_line(std::string_view item, const std::vector<Column>& shown, std::string_view mark) {
  std::string line(mark);
  for (const Column& column : shown) {
    if (!line.empty()) line += "  ";
    const std::string value = text_at(item, column.pointer);
    line += value.empty() ? "-" : visible(value);
  }
  fmt::print("{}\n", line);
}

/// One message of the stream.
void print_message(const Remote& remote, std::string_view kind, std::string_view data) {
  if (remote.json) {
    fmt::print(R"({{"{}":{}}})", kind, data);
    fmt::print("\n");
  } else if (kind == "missed") {
    std::fprintf(stderr, "bellwether: %s events came too fast to be shown\n",
                 text_at(data, "/missed").c_str());
  } else if (kind == "rejected") {
    const bool repaired = text_at(data, "/reason") == "repaired";
    print_line(data, reject_columns(), repaired ? "REPAIRED" : "NOT TAKEN");
  } else {
    print_line(data, columns(), "");
  }
  std::fflush(stdout);
}

int follow_events(const Arguments& arguments, const std::string& target) {
  return follow(
      arguments.remote,
      {.target = [&] { return target; },
       .on_connected =
           [] { std::fprintf(stderr, "bellwether: events are shown as they are stored; end with Ctrl-C\n"); },
       .on_message =
           [&](const StreamMessage& message) {
             print_message(arguments.remote, message.kind, message.data);
           }});
}

int run(const Arguments& arguments) {
  if (arguments.rejected) {
    std::string target = fmt::format("/v1/rejects?limit={}", arguments.limit);
    if (!arguments.project.empty()) target += "&project=" + to_percent_encoding(arguments.project);
    if (!arguments.after.empty()) target += "&after=" + to_percent_encoding(arguments.after);
    return print_list(arguments.remote, target, reject_columns());
  }
  const auto project = project_of(arguments);
  if (!project) return complain(project.error().message.c_str());
  std::string target =
      fmt::format("/v1/projects/{}/events?limit={}", to_percent_encoding(*project), arguments.limit);
  if (!arguments.event.empty()) target += "&event=" + to_percent_encoding(arguments.event);
  if (!arguments.distinct_id.empty()) target += "&distinct_id=" + to_percent_encoding(arguments.distinct_id);
  return arguments.follow ? follow_events(arguments, target)
                          : print_list(arguments.remote, target, columns());
}

}  // namespace

void add_events_command(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("events", "Show the events that arrive, and what was not taken");
  const auto arguments = std::make_shared<Arguments>();
  arguments->remote.add_options(*command);
  command->add_option("--project", arguments->project,
                      "The project's id; may be left out when there is one alone");
  command->add_option("--event", arguments->event, "Only events of this name");
  command->add_option("--distinct-id", arguments->distinct_id, "Only events of this person's id");
  command->add_option("--limit", arguments->limit, "How many of the latest")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_flag("--follow", arguments->follow, "Show what comes from now on, with what is not taken");
  auto* rejected = command->add_flag("--rejected", arguments->rejected, "Show what was not taken, and why");
  command->add_option("--after", arguments->after, "Of what was not taken, what came before this id")
      ->needs(rejected);
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace bellwether::cli
