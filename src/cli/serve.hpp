#pragma once

#include <csignal>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/log.hpp"
#include "cli/commands.hpp"
#include "cli/exit_deadline.hpp"
#include "cli/settings.hpp"
#include "net/address.hpp"

namespace CLI {
class App;
}

/// What the commands share that run a service until a signal ends it.
namespace bellwether::cli {

struct ServiceArguments {
  std::optional<std::string> config;
  std::optional<std::string> data;
  std::optional<std::string> listen;
  std::optional<std::string> admin_listen;

  /// --config, --data, --listen, --admin-listen; `what` comes in at the public listener.
  void add_options(CLI::App& command, const std::string& what);
};

/// Reads an address that the command line gave, if it did.
Result<void> take_address(const std::optional<std::string>& text, net::Address& place);

/// The settings with what the command line says of one service's options: it counts more than the
/// environment, and that more than the file.
template <typename Options>
Result<Settings> settings_with(const ServiceArguments& arguments, Options Settings::* service) {
  auto settings = load_settings(arguments.config);
  if (!settings) return settings;
  Options& options = (*settings).*service;
  if (arguments.data) options.data_dir = *arguments.data;
  TRY(take_address(arguments.listen, options.listen));
  TRY(take_address(arguments.admin_listen, options.admin_listen));
  return settings;
}

/// Blocks what `wait_for_stop` waits for, in this thread and all that it will start. To be called before any.
sigset_t block_signals();

/// Makes the allocator give large blocks back to the system at once, so that a process that was flooded is
/// small again afterwards. To be called before any thread starts.
void return_freed_memory();

/// Until SIGTERM or SIGINT; SIGHUP calls `reload`.
void wait_for_stop(const sigset_t& awaited, const std::function<void()>& reload);

/// Runs a service until a signal ends it; returns the exit status.
template <typename Service, typename Options>
int run_service(Options options, log::Level level, log::Format format) {
  log::configure(level, format);
  return_freed_memory();
  const sigset_t awaited = block_signals();
  const std::string data_dir = options.data_dir;
  const Millis stop_within = options.stop_within;
  const char* scheme = options.tls ? "https" : "http";
  auto service = Service::start(std::move(options));
  if (!service) return complain(service.error().message.c_str());
  log::info("listening", {{"address", (*service)->address().to_string()},
                          {"scheme", scheme},
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
  const ExitDeadline deadline(stop_within);
  (*service)->stop();
  service->reset();
  log::info("stopped");
  return EXIT_SUCCESS;
}

/// The embedded engine's library: as configured, else beside the program, else where `make` puts it.
Result<std::string> find_engine_library(const std::string& configured);

}  // namespace bellwether::cli
