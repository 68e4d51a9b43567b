#include <memory>

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/serve.hpp"
#include "publisher/service.hpp"

namespace bellwether::cli {

namespace {

int run(const ServiceArguments& arguments) {
  auto settings = settings_with(arguments, &Settings::publisher);
  if (!settings) return complain(settings.error().message.c_str());
  publisher::Options& options = settings->publisher;
  if (options.engine == publisher::EngineKind::kChdb) {
    auto library = find_engine_library(options.chdb.library);
    if (!library) return complain(library.error().message.c_str());
    options.chdb.library = std::move(*library);
  }
  return run_service<publisher::Service>(std::move(options), settings->log_level, settings->log_format);
}

}  // namespace

void add_publisher_command(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("publisher", "Take events, and sync cohorts to webhooks");
  const auto arguments = std::make_shared<ServiceArguments>();
  arguments->add_options(*command, "events");
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace bellwether::cli
