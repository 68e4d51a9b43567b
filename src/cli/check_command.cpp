#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/visible.hpp"
#include "cli/commands.hpp"
#include "conformance/load.hpp"
#include "conformance/report.hpp"
#include "conformance/suite.hpp"

namespace bellwether::cli {

namespace {

constexpr int kPassed = 0;
constexpr int kFailed = 1;
constexpr int kCouldNotRun = 2;

struct Arguments {
  std::string url;
  std::string kind = "cohort-sync";
  std::string user;
  std::string project = "1";
  std::string other_project;
  std::string mirror_url;
  std::string mirror_token_env;
  std::string restart_command;
  std::string ca_file;
  std::string junit;
  std::vector<std::string> only;
  bool json = false;
  bool list = false;
  bool load = false;
  bool yes = false;
  double rate = 20;
  double seconds = 10;
  std::size_t connections = 4;
  double patience = 30;
  double settle = 5;
};

int could_not_run(const std::string& why) {
  complain(why.c_str());
  return kCouldNotRun;
}

bool has_stream(const Arguments& arguments, conformance::Stream stream) {
  return arguments.kind == "both" ||
         arguments.kind == (stream == conformance::Stream::kAlerts ? "alerts" : "cohort-sync");
}

/// The cases of the kind and names that were asked for; none when a name is unknown.
std::optional<std::vector<const conformance::Case*>> choose(const Arguments& arguments,
                                                            std::string& unknown) {
  std::vector<const conformance::Case*> chosen;
  for (const std::string& name : arguments.only) {
    if (std::ranges::find(conformance::suite(), name, &conformance::Case::name) != conformance::suite().end())
      continue;
    unknown = name;
    return std::nullopt;
  }
  for (const conformance::Case& one : conformance::suite()) {
    const bool is_named = std::ranges::find(arguments.only, one.name) != arguments.only.end();
    // What all others have shown is of every stream.
    const bool is_asked = has_stream(arguments, one.stream) || &one == &conformance::suite().back();
    if (arguments.only.empty() ? is_asked : is_named) chosen.push_back(&one);
  }
  return chosen;
}

/// With both kinds the contract's two paths are below the URL.
conformance::Target target_of(const Arguments& arguments) {
  conformance::Target target;
  std::string base = arguments.url;
  while (base.ends_with('/')) base.pop_back();
  const bool both = arguments.kind == "both";
  if (has_stream(arguments, conformance::Stream::kCohortSync))
    target.sync_url = both ? base + "/mixpanel/cohort-sync" : arguments.url;
  if (has_stream(arguments, conformance::Stream::kAlerts))
    target.alerts_url = both ? base + "/mixpanel/alerts" : arguments.url;
  target.user = arguments.user;
  if (const char* password = std::getenv("BELLWETHER_CHECK_PASSWORD")) target.password = password;
  target.project = arguments.project;
  target.other_project = arguments.other_project.empty() ? arguments.project + "0" : arguments.other_project;
  target.restart_command = arguments.restart_command;
  target.ca_file = arguments.ca_file;
  constexpr double kMs = 1000;
  target.patience = Millis(static_cast<std::int64_t>(arguments.patience * kMs));
  target.settle = Millis(static_cast<std::int64_t>(arguments.settle * kMs));
  if (!arguments.mirror_url.empty()) {
    target.mirror =
        conformance::MembershipReader::Options{.url = arguments.mirror_url, .ca_file = arguments.ca_file};
    const char* token =
        arguments.mirror_token_env.empty() ? nullptr : std::getenv(arguments.mirror_token_env.c_str());
    if (token != nullptr) target.mirror->headers = {{"Authorization", std::string("Bearer ") + token}};
  }
  return target;
}

/// A request that tells whether anything is there; empty: there is.
std::string nobody_there(const conformance::Target& target) {
  conformance::Probe probe(target);
  for (const auto stream : {conformance::Stream::kCohortSync, conformance::Stream::kAlerts}) {
    const std::string& url = stream == conformance::Stream::kAlerts ? target.alerts_url : target.sync_url;
    if (url.empty()) continue;
    conformance::Unusual unusual;
    unusual.method = "HEAD";
    const auto attempt = probe.send(stream, "", unusual);
    if (attempt || attempt.error().kind == net::ClientFailure::Kind::kBroken ||
        attempt.error().kind == net::ClientFailure::Kind::kTimeout)
      continue;
    return fmt::format("{}: {}", url, attempt.error().message);
  }
  if (target.mirror) {
    const auto seen = conformance::MembershipReader(*target.mirror).read(target.project, "0");
    if (!seen) return "--mirror-url: " + seen.error().message;
  }
  return "";
}

/// A load on somebody else's machine is an attack: it is asked for twice.
bool may_load(const Arguments& arguments) {
  if (arguments.yes || conformance::is_loopback(arguments.url)) return true;
  fmt::print(stderr,
             "{} is not this machine. Send {:g} pages a second to it for {:g} seconds? Only if it is yours. "
             "Type yes: ",
             arguments.url, arguments.rate, arguments.seconds);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "yes";
}

int run_load(const Arguments& arguments, const conformance::Target& target) {
  if (target.sync_url.empty()) return could_not_run("--load is measured with cohort syncs");
  if (!may_load(arguments)) return could_not_run("nothing was sent");
  constexpr double kMs = 1000;
  const auto result =
      conformance::run_load(target, {.pages_per_second = arguments.rate,
                                     .connections = arguments.connections,
                                     .duration = Millis(static_cast<std::int64_t>(arguments.seconds * kMs))});
  if (arguments.json) {
    fmt::print(
        "{{\"taken\":{},\"not_taken\":{},\"seconds\":{:.3f},\"pages_per_second\":{:.2f},\"p50_ms\":{},\"p90_"
        "ms\":{},"
        "\"p99_ms\":{},\"max_ms\":{}}}\n",
        result.taken, result.not_taken, result.seconds, result.pages_per_second, result.p50.count(),
        result.p90.count(), result.p99.count(), result.most.count());
  } else {
    fmt::print("{} pages of 1,000 members in {:.1f} s over {} connections: {:.1f} pages/s (asked for {:g})\n",
               result.taken, result.seconds, arguments.connections, result.pages_per_second, arguments.rate);
    fmt::print("latency: half within {} ms, 90 % {} ms, 99 % {} ms, at most {} ms\n", result.p50.count(),
               result.p90.count(), result.p99.count(), result.most.count());
  }
  if (result.not_taken == 0) return kPassed;
  fmt::print(stderr, "{} pages were not taken; the first was answered {}\n", result.not_taken,
             visible(result.first_problem));
  return kFailed;
}

int run_suite(const Arguments& arguments, const conformance::Target& target,
              const std::vector<const conformance::Case*>& cases) {
  const auto outcomes = conformance::run(target, cases, [&](const conformance::Outcome& outcome) {
    if (!arguments.json) {
      fmt::print("{}", visible_lines(conformance::line_of(outcome)));
      std::fflush(stdout);
    }
  });
  fmt::print("{}",
             arguments.json ? conformance::to_json(outcomes) : visible_lines(conformance::summary(outcomes)));
  if (!arguments.junit.empty()) {
    std::ofstream file(arguments.junit);
    file << conformance::to_junit(outcomes);
    if (!file.flush()) return could_not_run(fmt::format("{} cannot be written", arguments.junit));
  }
  return conformance::count(outcomes).failed == 0 ? kPassed : kFailed;
}

int run(const Arguments& arguments) {
  std::string unknown;
  const auto cases = choose(arguments, unknown);
  if (!cases)
    return could_not_run(fmt::format("there is no case \"{}\": see bellwether check --list", unknown));
  if (arguments.list) {
    fmt::print("{}", conformance::list(*cases));
    return kPassed;
  }
  if (arguments.url.empty()) return could_not_run("which endpoint? bellwether check URL");
  const conformance::Target target = target_of(arguments);
  if (const std::string why = nobody_there(target); !why.empty()) return could_not_run(why);
  return arguments.load ? run_load(arguments, target) : run_suite(arguments, target, *cases);
}

void add_options(CLI::App& command, Arguments& arguments) {
  command.add_option("URL", arguments.url,
                     "The endpoint; with --kind both what the contract's two paths are below");
  command.add_option("--kind", arguments.kind, "What it receives")
      ->check(CLI::IsMember({"cohort-sync", "alerts", "both"}))
      ->capture_default_str();
  command.add_option("--user", arguments.user, "HTTP Basic; the password is in BELLWETHER_CHECK_PASSWORD");
  command.add_option("--project", arguments.project, "The project that the endpoint takes")
      ->capture_default_str();
  command.add_option("--other-project", arguments.other_project,
                     "A second project that it takes; the first one's id and a 0 without it");
  command.add_option("--mirror-url", arguments.mirror_url,
                     "Where it says who is in a cohort, with {project} and {cohort}: JSON, NDJSON or CSV");
  command.add_option("--mirror-token-env", arguments.mirror_token_env,
                     "The environment variable with the mirror's bearer token");
  command.add_option("--restart-command", arguments.restart_command,
                     "A shell command that restarts the endpoint and returns when it listens");
  command.add_option("--ca-file", arguments.ca_file, "Certificates to trust; the system's without it");
  command.add_option("--patience", arguments.patience, "Seconds that a sender waits for an answer")
      ->check(CLI::Range(1.0, 300.0))
      ->capture_default_str();
  command.add_option("--settle", arguments.settle, "Seconds that the mirror may take to show what was said")
      ->check(CLI::Range(0.0, 300.0))
      ->capture_default_str();
  command.add_option("--only", arguments.only, "Only these cases");
  command.add_flag("--list", arguments.list, "What is checked, and why; nothing is sent");
  command.add_flag("--json", arguments.json, "The report as JSON");
  command.add_option("--junit", arguments.junit, "Also write JUnit's XML there");
  command.add_flag("--load", arguments.load, "Measure pages a second and latencies instead");
  command.add_option("--rate", arguments.rate, "Of a load: pages a second at most")
      ->check(CLI::Range(0.1, 10'000.0))
      ->capture_default_str();
  command.add_option("--seconds", arguments.seconds, "Of a load: how long")
      ->check(CLI::Range(1.0, 600.0))
      ->capture_default_str();
  command.add_option("--connections", arguments.connections, "Of a load")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command.add_flag("--yes", arguments.yes, "Of a load: the endpoint is mine, do not ask");
}

}  // namespace

void add_check_command(CLI::App& app, Action& action) {
  auto* command =
      app.add_subcommand("check", "Prove a receiver of these webhooks right, or see where it loses data");
  const auto arguments = std::make_shared<Arguments>();
  add_options(*command, *arguments);
  command->footer("Exit status: 0 all that was checked passed, 1 something failed, 2 it could not be run.");
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace bellwether::cli
