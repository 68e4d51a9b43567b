#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/settings.hpp"
#include "subscriber/store.hpp"

namespace bellwether::cli {

namespace {

struct Arguments {
  std::string target;
  std::optional<std::string> config;
  std::optional<std::string> data;
};

int run(const Arguments& arguments) {
  const auto settings = load_settings(arguments.config);
  if (!settings) return complain(settings.error().message.c_str());
  const auto done =
      subscriber::back_up(arguments.data.value_or(settings->subscriber.data_dir), arguments.target);
  return done ? EXIT_SUCCESS : complain(done.error().message.c_str());
}

}  // namespace

void add_backup_command(CLI::App& app, Action& action) {
  auto* command =
      app.add_subcommand("backup", "Copy the data to a file, consistently, also while a subscriber runs");
  const auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("FILE", arguments->target,
                   "The copy; must not exist. To restore, put it into an empty data "
                   "folder as bellwether.db")
      ->required();
  command->add_option("--config", arguments->config, "Configuration file");
  command->add_option("--data", arguments->data, "Folder of the data");
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace bellwether::cli
