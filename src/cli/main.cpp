#include <CLI/CLI.hpp>

#include "cli/commands.hpp"

int main(int argc, char** argv) {
  using namespace bellwether::cli;
  CLI::App app(
      "Both ends of Mixpanel's webhooks: receive cohort syncs and alerts, and mirror every cohort exactly",
      "bellwether");
  app.set_version_flag("--version", version());
  app.require_subcommand(1);
  Action action;
  for (const auto add :
       {add_subscriber_command, add_cohorts_command, add_alerts_command, add_changes_command,
        add_backup_command, add_config_command, add_contract_command, add_hash_password_command}) {
    add(app, action);
  }
  CLI11_PARSE(app, argc, argv);
  return action();
}
