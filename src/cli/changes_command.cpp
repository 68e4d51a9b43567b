#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/visible.hpp"
#include "cli/commands.hpp"
#include "cli/listing.hpp"
#include "cli/remote.hpp"

namespace bellwether::cli {

namespace {

constexpr auto kReconnectAfter = std::chrono::seconds(1);

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

/// Prints changes as they come, and goes on where it was when the connection breaks.
int follow(const Arguments& arguments) {
  std::string cursor = arguments.after.value_or("latest");
  bool connected = false;
  for (;;) {
    const auto ended = arguments.remote.stream("/v1/changes?after=" + to_percent_encoding(cursor),
                                               {{"Accept", "text/event-stream"}}, [&](std::string_view line) {
                                                 connected = true;
                                                 constexpr std::string_view kId = "id: ";
                                                 constexpr std::string_view kData = "data: ";
                                                 if (line.starts_with(kId)) cursor = line.substr(kId.size());
                                                 if (line.starts_with(kData))
                                                   print_change(arguments.remote, line.substr(kData.size()));
                                                 return true;
                                               });
    if (ended && *ended) return complain((*ended)->c_str());
    if (!ended && !connected) return complain(ended.error().message.c_str());
    if (!ended) std::fprintf(stderr, "bellwether: %s; trying again\n", ended.error().message.c_str());
    std::this_thread::sleep_for(kReconnectAfter);
  }
}

int run(const Arguments& arguments) {
  if (arguments.follow) return follow(arguments);
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
