#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/log.hpp"
#include "publisher/options.hpp"
#include "subscriber/options.hpp"

/// The configuration: one table of settings (settings.cpp) from which the file is read, the environment is
/// read, and the commented default file is printed.
namespace bellwether::cli {

struct Settings {
  subscriber::Options subscriber;
  publisher::Options publisher;
  log::Level log_level = log::Level::kInfo;
  log::Format log_format = log::Format::kLogfmt;
};

/// Defaults, then the file (when there is one), then the environment: `BELLWETHER_SERVER_LISTEN` for
/// `server.listen`. An error names the file and line, or the variable, and what is allowed.
Result<Settings> load_settings(const std::optional<std::string>& file);

/// The whole default configuration, every setting commented out and explained.
std::string default_configuration();

}  // namespace bellwether::cli
