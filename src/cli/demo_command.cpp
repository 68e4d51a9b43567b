#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "base/log.hpp"
#include "base/temporary_folder.hpp"
#include "cli/commands.hpp"
#include "cli/serve.hpp"
#include "cli/settings.hpp"
#include "demo/demo.hpp"

namespace bellwether::cli {

namespace {

struct Arguments {
  std::optional<std::string> data;
  bool once = false;
  std::uint64_t seed = 1;
  std::size_t customers = 1500;
  int interval = 5;
};

Result<void> play(const Arguments& arguments, const demo::DemoOptions& options) {
  const sigset_t awaited = block_signals();
  if (arguments.once) {
    // Nobody waits for the signals then: they end the process as usual.
    pthread_sigmask(SIG_UNBLOCK, &awaited, nullptr);
    return demo::play_once(options);
  }
  std::atomic<bool> stop = false;
  Result<void> outcome;
  std::thread playing([&] {
    outcome = demo::play(options, stop);
    kill(getpid(), SIGTERM);
  });
  wait_for_stop(awaited, [] {});
  stop = true;
  playing.join();
  return outcome;
}

int run(const Arguments& arguments) {
  auto settings = load_settings(std::nullopt);
  if (!settings) return complain(settings.error().message.c_str());
  const auto library = find_engine_library(settings->publisher.chdb.library);
  if (!library) return complain(library.error().message.c_str());
  log::configure(log::Level::kError, log::Format::kLogfmt);
  std::optional<TemporaryFolder> temporary;
  if (!arguments.data) temporary.emplace("bellwether-demo");
  const std::string folder = arguments.data.value_or(temporary ? temporary->path() : "");
  if (folder.empty()) return complain("no temporary folder can be made: choose one with --data");
  const demo::DemoOptions options{
      .stage = {.data_dir = folder,
                .engine_library = *library,
                .default_ports = !arguments.once,
                .interval = arguments.once ? Millis(std::chrono::hours(1))
                                           : Millis(std::chrono::seconds(arguments.interval))},
      .seed = arguments.seed,
      .customers = arguments.customers};
  const auto played = play(arguments, options);
  if (!played) return complain(played.error().message.c_str());
  return EXIT_SUCCESS;
}

}  // namespace

void add_demo_command(CLI::App& app, Action& action) {
  auto* command =
      app.add_subcommand("demo", "A publisher, a subscriber and a made-up shop: see cohorts being synced");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("--data", arguments->data, "Folder for the data; without it a temporary one");
  command->add_flag("--once", arguments->once, "A full load, a diff, an outage; verify, and end");
  command->add_option("--seed", arguments->seed, "Another shop")->capture_default_str();
  command->add_option("--customers", arguments->customers, "About how many")
      ->check(CLI::Range(10, 100'000))
      ->capture_default_str();
  command->add_option("--interval", arguments->interval, "Seconds between a sync's runs")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace bellwether::cli
