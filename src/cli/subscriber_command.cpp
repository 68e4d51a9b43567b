#include <csignal>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "base/log.hpp"
#include "cli/commands.hpp"
#include "cli/settings.hpp"
#include "subscriber/service.hpp"

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
  if (arguments.data) settings->subscriber.data_dir = *arguments.data;
  const auto take_address = [](const std::optional<std::string>& text, net::Address& place) -> Result<void> {
    if (!text) return {};
    auto address = net::parse_address(*text);
    if (!address) return std::unexpected(address.error());
    place = *address;
    return {};
  };
  if (auto taken = take_address(arguments.listen, settings->subscriber.listen); !taken) {
    return std::unexpected(taken.error());
  }
  if (auto taken = take_address(arguments.admin_listen, settings->subscriber.admin_listen); !taken) {
    return std::unexpected(taken.error());
  }
  return settings;
}

/// Blocks what `serve` waits for, in this thread and all that it will start.
sigset_t block_signals() {
  // A full disk or a broken pipe is an error to handle, not a reason to end.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  sigset_t awaited;
  sigemptyset(&awaited);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&awaited, signal);
  pthread_sigmask(SIG_BLOCK, &awaited, nullptr);
  return awaited;
}

void serve(subscriber::Service& service, const sigset_t& awaited) {
  for (;;) {
    int signal = 0;
    if (sigwait(&awaited, &signal) != 0) continue;
    if (signal != SIGHUP) break;
    if (const auto reloaded = service.reload_tls()) {
      log::info("read the TLS certificate again");
    } else {
      log::error("kept the old TLS certificate", {{"error", reloaded.error().message}});
    }
  }
}

int run(const Arguments& arguments) {
  auto settings = settings_of(arguments);
  if (!settings) return complain(settings.error().message.c_str());
  log::configure(settings->log_level, settings->log_format);
  const sigset_t awaited = block_signals();
  const std::string data_dir = settings->subscriber.data_dir;
  const bool tls = settings->subscriber.tls.has_value();
  auto service = subscriber::Service::start(std::move(settings->subscriber));
  if (!service) return complain(service.error().message.c_str());
  log::info("listening", {{"address", (*service)->address().to_string()},
                          {"scheme", tls ? "https" : "http"},
                          {"admin", (*service)->admin_address().to_string()},
                          {"data", data_dir},
                          {"version", version()}});
  serve(**service, awaited);
  log::info("stopping");
  (*service)->stop();
  log::info("stopped");
  return EXIT_SUCCESS;
}

}  // namespace

void add_subscriber_command(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("subscriber", "Receive webhooks and keep the mirror");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("--config", arguments->config, "Configuration file (see: bellwether config)");
  command->add_option("--data", arguments->data, "Folder for the data");
  command->add_option("--listen", arguments->listen, "ADDR:PORT for webhooks; port 0 takes any free one");
  command->add_option("--admin-listen", arguments->admin_listen, "ADDR:PORT of the private listener");
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace bellwether::cli
