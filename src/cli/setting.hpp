#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "cli/settings.hpp"

namespace bellwether::cli {

/// A value as TOML has it; the environment gives only text.
using Value = std::variant<std::string, std::int64_t, bool>;

/// One setting: its key, what it means, how it is set and shown.
struct Setting {
  std::string_view key;      ///< "server.listen"
  std::string_view comment;  ///< what it is for, its unit, why one would change it
  std::function<Result<void>(Settings&, const Value&)> set;  ///< the error says what is allowed
  std::function<std::string(const Settings&)> show;          ///< as TOML
};

/// The publisher's settings (publisher_setting_table.cpp).
std::vector<Setting> publisher_settings();

/// In the order in which they are printed.
const std::vector<Setting>& all_settings();

/// "server.listen" -> "BELLWETHER_SERVER_LISTEN"
std::string environment_name(std::string_view key);

}  // namespace bellwether::cli
