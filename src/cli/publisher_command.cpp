#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "base/log.hpp"
#include "cli/commands.hpp"
#include "cli/serve.hpp"
#include "cli/settings.hpp"
#include "publisher/service.hpp"

namespace bellwether::cli {

namespace {

struct Arguments {
  std::optional<std::string> config;
  std::optional<std::string> data;
  std::optional<std::string> listen;
  std::optional<std::string> admin_listen;
};

/// The command line counts more than the environment, and that more than the file.
Result<Settings> settings_of(const Arguments& arguments) {
  auto settings = load_settings(arguments.config);
  if (!settings) return settings;
  publisher::Options& options = settings->publisher;
  if (arguments.data) options.data_dir = *arguments.data;
  if (auto taken = take_address(arguments.listen, options.listen); !taken)
    return std::unexpected(taken.error());
  if (auto taken = take_address(arguments.admin_listen, options.admin_listen); !taken)
    return std::unexpected(taken.error());
  if (options.engine == publisher::EngineKind::kChdb) {
    auto library = find_engine_library(options.chdb.library);
    if (!library) return std::unexpected(library.error());
    options.chdb.library = std::move(*library);
  }
  return settings;
}

int run(const Arguments& arguments) {
  auto settings = settings_of(arguments);
  if (!settings) return complain(settings.error().message.c_str());
  log::configure(settings->log_level, settings->log_format);
  const sigset_t awaited = block_signals();
  const std::string data_dir = settings->publisher.data_dir;
  const bool tls = settings->publisher.tls.has_value();
  auto service = publisher::Service::start(std::move(settings->publisher));
  if (!service) return complain(service.error().message.c_str());
  log::info("listening", {{"address", (*service)->address().to_string()},
                          {"scheme", tls ? "https" : "http"},
                          {"admin", (*service)->admin_address().to_string()},
                          {"data", data_dir},
                          {"version", version()}});
  wait_for_stop(awaited, [&] {
    if (const auto reloaded = (*service)->reload_tls()) {
      log::info("read the TLS certificate again");
    } else {
      log::error("kept the old TLS certificate", {{"error", reloaded.error().message}});
    }
  });
  log::info("stopping");
  (*service)->stop();
  log::info("stopped");
  return EXIT_SUCCESS;
}

}  // namespace

void add_publisher_command(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("publisher", "Take events, and sync cohorts to webhooks");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("--config", arguments->config, "Configuration file (see: bellwether config)");
  command->add_option("--data", arguments->data, "Folder for the data");
  command->add_option("--listen", arguments->listen, "ADDR:PORT for events; port 0 takes any free one");
  command->add_option("--admin-listen", arguments->admin_listen, "ADDR:PORT of the private listener");
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace bellwether::cli
