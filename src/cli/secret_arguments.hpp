#pragma once

namespace bellwether::cli {

/// Overwrites the values of --token, --secret and --password in the memory that shows as the process's
/// command line (`ps`, /proc/PID/cmdline). They were readable until then, and stay in the shell's history:
/// the environment is better. To be called after the arguments were parsed and copied.
void hide_secrets(int argc, char** argv);

}  // namespace bellwether::cli
