#include <memory>

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/serve.hpp"
#include "subscriber/service.hpp"

namespace bellwether::cli {

namespace {

int run(const ServiceArguments& arguments) {
  auto settings = settings_with(arguments, &Settings::subscriber);
  if (!settings) return complain(settings.error().message.c_str());
  return run_service<subscriber::Service>(std::move(settings->subscriber), settings->log_level,
                                          settings->log_format);
}

}  // namespace

void add_subscriber_command(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("subscriber", "Receive webhooks and keep the mirror");
  const auto arguments = std::make_shared<ServiceArguments>();
  arguments->add_options(*command, "webhooks");
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace bellwether::cli
