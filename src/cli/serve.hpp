#pragma once

#include <csignal>
#include <functional>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "net/address.hpp"

/// What the commands share that run until a signal ends them.
namespace bellwether::cli {

/// Blocks what `wait_for_stop` waits for, in this thread and all that it will start. To be called before any.
sigset_t block_signals();

/// Until SIGTERM or SIGINT; SIGHUP calls `reload`.
void wait_for_stop(const sigset_t& awaited, const std::function<void()>& reload);

/// Reads an address that the command line gave, if it did.
Result<void> take_address(const std::optional<std::string>& text, net::Address& place);

/// The embedded engine's library: as configured, else beside the program, else where `make` puts it.
Result<std::string> find_engine_library(const std::string& configured);

}  // namespace bellwether::cli
