#include <exception>

#include <CLI/CLI.hpp>
#include <sys/stat.h>

#include "cli/commands.hpp"
#include "cli/secret_arguments.hpp"

int main(int argc, char** argv) {
  using namespace bellwether::cli;
  // Data folders, backups and rejected records are personal data: files that this makes are the user's alone.
  umask(S_IRWXG | S_IRWXO);
  CLI::App app(
      "Both ends of Mixpanel's webhooks: sync cohorts of your own events, receive cohort syncs and alerts, "
      "and\n"
      "mirror every cohort exactly",
      "bellwether");
  app.set_version_flag("--version", version());
  app.require_subcommand(1);
  Action action;
  for (const auto add :
       {add_demo_command, add_subscriber_command, add_publisher_command, add_apply_command, add_syncs_command,
        add_check_command, add_import_command, add_report_command, add_anomalies_command, add_cohorts_command,
        add_alerts_command, add_changes_command, add_events_command, add_backup_command, add_record_command,
        add_replay_command, add_config_command, add_contract_command, add_hash_password_command}) {
    add(app, action);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help is no error; a call that cannot be understood ends with 2, as with most tools.
    constexpr int kUsage = 2;
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  hide_secrets(argc, argv);
  try {
    return action();
  } catch (const std::exception& error) {
    return complain(error.what());
  }
}
