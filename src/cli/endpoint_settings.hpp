#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "base/error.hpp"
#include "subscriber/options.hpp"

namespace bellwether::cli {

/// "file:line: message"
std::unexpected<Error> fail_at(std::string_view file, const toml::node& node, std::string_view message);

/// Reads the `[[endpoint]]` tables.
Result<std::vector<subscriber::EndpointOptions>> read_endpoints(std::string_view file,
                                                                const toml::node& node);

/// The commented part of the default configuration.
std::string_view endpoint_documentation();

}  // namespace bellwether::cli
