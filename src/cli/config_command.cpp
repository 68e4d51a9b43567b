#include <cstdio>
#include <cstdlib>

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/settings.hpp"

namespace bellwether::cli {

void add_config_command(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("config", "Print the default configuration, every setting explained");
  command->callback([&action] {
    action = [] {
      std::fputs(default_configuration().c_str(), stdout);
      return EXIT_SUCCESS;
    };
  });
}

}  // namespace bellwether::cli
