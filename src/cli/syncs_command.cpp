#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/visible.hpp"
#include "cli/commands.hpp"
#include "cli/listing.hpp"
#include "cli/progress_bar.hpp"
#include "cli/remote.hpp"

namespace bellwether::cli {

namespace {

constexpr std::chrono::milliseconds kPollEvery(200);

struct Arguments {
  Remote remote{kPublisher};
  std::int64_t id = 0;
  int limit = 20;
  bool follow = false;
};

const std::vector<Column>& sync_columns() {
  static const std::vector<Column> kColumns{{"ID", "/id"},
                                            {"PROJECT", "/project_id"},
                                            {"COHORT", "/cohort"},
                                            {"DESTINATION", "/destination"},
                                            {"STATE", "/state"},
                                            {"MEMBERS", "/members"},
                                            {"LAST SUCCESS", "/last_success_at"},
                                            {"NEXT RUN", "/next_run_at"},
                                            {"LAST RUN", "/run/end"},
                                            {"NOTE", "/note"}};
  return kColumns;
}

const std::vector<Column>& run_columns() {
  static const std::vector<Column> kColumns{
      {"RUN", "/id"},          {"NO", "/number"},         {"STARTED", "/started_at"},
      {"SECONDS", "/seconds"}, {"FULL", "/full"},         {"MEMBERS", "/members"},
      {"ENTERED", "/entered"}, {"LEFT", "/left"},         {"PAGES", "/pages/delivered"},
      {"OF", "/pages/total"},  {"ATTEMPTS", "/attempts"}, {"END", "/end"},
      {"MESSAGE", "/message"}};
  return kColumns;
}

const std::vector<Column>& attempt_columns() {
  static const std::vector<Column> kColumns{
      {"AT", "/at"},           {"PAGE", "/page"},          {"STATUS", "/status"},  {"MS", "/latency_ms"},
      {"VERDICT", "/verdict"}, {"REQUEST", "/request_id"}, {"MESSAGE", "/message"}};
  return kColumns;
}

/// The number of the sync's newest run, 0 before the first.
std::int64_t run_number(const boost::json::value& sync) {
  const auto& run = sync.at("run");
  return run.is_null() ? 0 : run.at("number").as_int64();
}

/// Shows the run behind `after` until it ends; 0 when it succeeded.
int follow(const Arguments& arguments, std::int64_t after) {
  ProgressBar bar;
  for (;; std::this_thread::sleep_for(kPollEvery)) {
    const auto body = arguments.remote.get(fmt::format("/v1/syncs/{}", arguments.id));
    if (!body) return complain(body.error().message.c_str());
    const boost::json::value sync = boost::json::parse(*body);
    if (run_number(sync) <= after) continue;
    const auto& run = sync.at("run");
    const auto delivered = run.at("pages").at("delivered").to_number<std::uint64_t>();
    const auto total = run.at("pages").at("total").to_number<std::uint64_t>();
    bar.show(delivered, total,
             fmt::format("{} of {} pages  {}", delivered, total, std::string(run.at("message").as_string())));
    if (run.at("phase").as_string() != "ended") continue;
    bar.finish();
    const std::string end(run.at("end").as_string());
    fmt::print("run {} {}: {} members, {} entered, {} left, {} attempts, {:.1f} s{}{}\n",
               run.at("number").as_int64(), end, run.at("members").to_number<std::uint64_t>(),
               run.at("entered").to_number<std::uint64_t>(), run.at("left").to_number<std::uint64_t>(),
               run.at("attempts").to_number<std::uint64_t>(), run.at("seconds").to_number<double>(),
               run.at("message").as_string().empty() ? "" : ": ", visible(run.at("message").as_string()));
    return end == "succeeded" ? EXIT_SUCCESS : EXIT_FAILURE;
  }
}

int act(const Arguments& arguments, const char* verb) {
  std::int64_t before = 0;
  if (arguments.follow) {
    const auto body = arguments.remote.get(fmt::format("/v1/syncs/{}", arguments.id));
    if (!body) return complain(body.error().message.c_str());
    const boost::json::value sync = boost::json::parse(*body);
    const bool running = !sync.at("run").is_null() && sync.at("run").at("phase").as_string() != "ended";
    before = run_number(sync) - (running ? 1 : 0);
  }
  const auto answer = arguments.remote.send("POST", fmt::format("/v1/syncs/{}/{}", arguments.id, verb), "");
  if (!answer) return complain(answer.error().message.c_str());
  if (arguments.follow) return follow(arguments, before);
  if (arguments.remote.json) {
    std::puts(answer->c_str());
  } else {
    fmt::print("sync {} is {}\n", arguments.id, text_at(*answer, "/state"));
  }
  return EXIT_SUCCESS;
}

void add_verb(CLI::App& parent, Action& action, const std::shared_ptr<Arguments>& arguments, const char* verb,
              const char* description, bool follows) {
  auto* command = parent.add_subcommand(verb, description);
  arguments->remote.add_options(*command);
  command->add_option("SYNC", arguments->id, "The sync's id")->required();
  if (follows) command->add_flag("--follow", arguments->follow, "Show how the run goes, until it ends");
  command->callback(
      [arguments, verb, &action] { action = [arguments, verb] { return act(*arguments, verb); }; });
}

void add_list(CLI::App& parent, Action& action, const std::shared_ptr<Arguments>& arguments, const char* name,
              const char* description, const char* of, const char* target,
              const std::vector<Column>& columns) {
  auto* command = parent.add_subcommand(name, description);
  arguments->remote.add_options(*command);
  command->add_option(of, arguments->id, "Its id")->required();
  command->add_option("--limit", arguments->limit, "How many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->callback([arguments, target, &columns, &action] {
    action = [arguments, target, &columns] {
      return print_list(arguments->remote, fmt::format(fmt::runtime(target), arguments->id, arguments->limit),
                        columns);
    };
  });
}

}  // namespace

void add_syncs_command(CLI::App& app, Action& action) {
  auto* command =
      app.add_subcommand("syncs", "List the syncs of a running publisher; run, pause, resume them");
  command->require_subcommand(0, 1);
  const auto arguments = std::make_shared<Arguments>();
  arguments->remote.add_options(*command);
  add_verb(*command, action, arguments, "run", "Run a sync now", true);
  add_verb(*command, action, arguments, "pause", "Stop a sync until it is resumed", false);
  add_verb(*command, action, arguments, "resume", "Start a paused sync again", true);
  add_list(*command, action, arguments, "runs", "A sync's runs, newest first", "SYNC",
           "/v1/syncs/{}/runs?limit={}", run_columns());
  add_list(*command, action, arguments, "attempts", "The requests of a run, newest first", "RUN",
           "/v1/sync-runs/{}/attempts?limit={}", attempt_columns());
  command->callback([command, arguments, &action] {
    if (!command->get_subcommands().empty()) return;
    action = [arguments] { return print_list(arguments->remote, "/v1/syncs", sync_columns()); };
  });
}

}  // namespace bellwether::cli
