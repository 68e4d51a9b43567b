#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/visible.hpp"
#include "cli/commands.hpp"
#include "cli/follow.hpp"
#include "cli/listing.hpp"
#include "cli/remote.hpp"

namespace bellwether::cli {

namespace {

struct Arguments {
  Remote remote;
  std::optional<std::string> after;
  int limit = 100;
  bool follow = false;
};

const std::vector<Column>& columns() {
  static const std::vector<Column> kColumns{{"SEQ", "/seq"},           {"AT", "/at"},
                                            {"CHANGE", "/change"},     {"PROJECT", "/project_id"},
                                            {"COHORT", "/cohort_id"},  {"WHO", "/distinct_id"},
                                            {"SESSION", "/session_id"}};
  return kColumns;
}

void print_change(const Remote& remote, std::string_view change) {
  if (remote.json) {
    fmt::print("{}\n", change);
  } else {
    std::string line;
    for (const Column& column : columns()) {
      if (!line.empty()) line += "  ";
      line += visible(text_at(change, column.pointer));
    }
    fmt::print("{}\n", line);
  }
  std::fflush(stdout);
}

int follow_changes(const Arguments& arguments) {
  std::string cursor = arguments.after.value_or("latest");
  return follow(arguments.remote,
                {.target = [&] { return "/v1/changes?after=" + to_percent_encoding(cursor); },
                 .on_message =
                     [&](const StreamMessage& message) {
                       cursor = message.id;
                       print_change(arguments.remote, message.data);
                     }});
}

int run(const Arguments& arguments) {
  if (arguments.follow) return follow_changes(arguments);
  std::string target = fmt::format("/v1/changes?limit={}", arguments.limit);
  if (arguments.after) target += "&after=" + to_percent_encoding(*arguments.after);
  return print_list(arguments.remote, target, columns());
}

}  // namespace

void add_changes_command(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("changes", "Print who entered, left and was updated, in order");
  const auto arguments = std::make_shared<Arguments>();
  arguments->remote.add_options(*command);
  command->add_option("--after", arguments->after,
                      "Go on behind this sequence number (default: the oldest kept; with --follow: now)");
  command->add_option("--limit", arguments->limit, "How many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_flag("--follow", arguments->follow, "Go on as changes come");
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace bellwether::cli
