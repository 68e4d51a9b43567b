#pragma once

#include <functional>

namespace CLI {
class App;
}

/// One file a subcommand. Each adds itself to the command line; when it is the one that was called, it sets
/// what the program does and ends with.
namespace bellwether::cli {

/// Returns the process's exit status.
using Action = std::function<int()>;

void add_subscriber_command(CLI::App& app, Action& action);
void add_publisher_command(CLI::App& app, Action& action);
void add_apply_command(CLI::App& app, Action& action);
void add_syncs_command(CLI::App& app, Action& action);
void add_report_command(CLI::App& app, Action& action);
void add_anomalies_command(CLI::App& app, Action& action);
void add_check_command(CLI::App& app, Action& action);
void add_import_command(CLI::App& app, Action& action);
void add_events_command(CLI::App& app, Action& action);
void add_demo_command(CLI::App& app, Action& action);
void add_config_command(CLI::App& app, Action& action);
void add_contract_command(CLI::App& app, Action& action);
void add_backup_command(CLI::App& app, Action& action);
void add_record_command(CLI::App& app, Action& action);
void add_replay_command(CLI::App& app, Action& action);
void add_hash_password_command(CLI::App& app, Action& action);
void add_cohorts_command(CLI::App& app, Action& action);
void add_alerts_command(CLI::App& app, Action& action);
void add_changes_command(CLI::App& app, Action& action);

/// Prints "bellwether: message" on standard error and returns the exit status for it.
int complain(const char* message);

const char* version();

}  // namespace bellwether::cli
