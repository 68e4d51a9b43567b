#include "cli/settings.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "cli/endpoint_settings.hpp"
#include "cli/setting.hpp"

namespace bellwether::cli {

namespace {

std::string_view section_of(std::string_view key) {
  return key.substr(0, key.find('.'));
}
std::string_view name_of(std::string_view key) {
  return key.substr(key.find('.') + 1);
}

const Setting* find_setting(std::string_view key) {
  const auto& settings = all_settings();
  const auto found = std::ranges::find(settings, key, &Setting::key);
  return found == settings.end() ? nullptr : &*found;
}

std::string known_sections() {
  std::vector<std::string_view> sections;
  for (const Setting& setting : all_settings()) {
    if (sections.empty() || sections.back() != section_of(setting.key))
      sections.push_back(section_of(setting.key));
  }
  return fmt::format("[{}], [[endpoint]]", fmt::join(sections, "], ["));
}

std::string known_keys(std::string_view section) {
  std::vector<std::string_view> keys;
  for (const Setting& setting : all_settings()) {
    if (section_of(setting.key) == section) keys.push_back(name_of(setting.key));
  }
  return fmt::format("{}", fmt::join(keys, ", "));
}

std::optional<Value> to_value(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto number = node.value_exact<std::int64_t>()) return *number;
  if (const auto flag = node.value_exact<bool>()) return *flag;
  return std::nullopt;
}

Result<void> read_section(const std::string& file, std::string_view section, const toml::table& table,
                          Settings& settings) {
  for (const auto& [key, node] : table) {
    const std::string full = fmt::format("{}.{}", section, key.str());
    const Setting* setting = find_setting(full);
    if (setting == nullptr) {
      return fail_at(file, node,
                     fmt::format("unknown key \"{}\"; [{}] has: {}", full, section, known_keys(section)));
    }
    const auto value = to_value(node);
    if (!value)
      return fail_at(file, node, fmt::format("{} must be a string, an integer, true or false", full));
    if (auto set = setting->set(settings, *value); !set) {
      return fail_at(file, node, fmt::format("{}: {}", full, set.error().message));
    }
  }
  return {};
}

Result<toml::table> parse_file(const std::string& file) {
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  if (!stream) return fail(fmt::format("the configuration file {} cannot be read", file));
  try {
    return toml::parse(text.str(), file);
  } catch (const toml::parse_error& error) {
    return fail(fmt::format("{}:{}: {}", file, error.source().begin.line, error.description()));
  }
}

Result<void> read_file(const std::string& file, Settings& settings) {
  const auto parsed = TRY(parse_file(file));
  for (const auto& [key, node] : parsed) {
    if (key.str() == "endpoint") {
      auto endpoints = TRY(read_endpoints(file, node));
      settings.subscriber.endpoints = std::move(endpoints);
      continue;
    }
    const toml::table* table = node.as_table();
    if (table == nullptr || known_keys(key.str()).empty()) {
      return fail_at(file, node,
                     fmt::format("unknown section \"{}\"; known are: {}", key.str(), known_sections()));
    }
    if (auto read = read_section(file, key.str(), *table, settings); !read) return read;
  }
  return {};
}

Result<void> read_environment(Settings& settings) {
  for (const Setting& setting : all_settings()) {
    const std::string name = environment_name(setting.key);
    const char* text = std::getenv(name.c_str());
    if (text == nullptr) continue;
    if (auto set = setting.set(settings, std::string(text)); !set) {
      return fail(fmt::format("the environment variable {}: {}", name, set.error().message));
    }
  }
  return {};
}

/// TLS files come as two settings; both or none.
Result<void> settle_tls(std::optional<net::TlsFiles>& tls, std::string_view section) {
  if (!tls) return {};
  if (tls->certificate.empty() != tls->key.empty()) {
    return fail(
        fmt::format("{0}.tls_certificate and {0}.tls_key go together: set both, or neither", section));
  }
  if (tls->certificate.empty()) tls.reset();
  return {};
}

}  // namespace

Result<Settings> load_settings(const std::optional<std::string>& file) {
  Settings settings;
  if (file) {
    TRY(read_file(*file, settings));
  }
  TRY(read_environment(settings));
  TRY(settle_tls(settings.subscriber.tls, "server"));
  TRY(settle_tls(settings.publisher.tls, "publisher"));
  return settings;
}

std::string default_configuration() {
  const Settings defaults;
  std::string out =
      "# The configuration of Bellwether: the subscriber, then the publisher. Every setting is here with its "
      "default, commented "
      "out.\n"
      "# Each can also be set by the environment variable that stands beside it, which counts more than this "
      "file.\n"
      "# Times are written \"250ms\", \"30s\", \"15m\", \"12h\", \"3d\"; sizes are in bytes.\n";
  std::string_view section;
  for (const Setting& setting : all_settings()) {
    if (section_of(setting.key) != section) {
      section = section_of(setting.key);
      out += fmt::format("\n[{}]\n", section);
    }
    std::istringstream comment{std::string(setting.comment)};
    for (std::string line; std::getline(comment, line);) out += fmt::format("# {}\n", line);
    out += fmt::format("# {}\n", environment_name(setting.key));
    out += fmt::format("# {} = {}\n\n", name_of(setting.key), setting.show(defaults));
  }
  return out + std::string(endpoint_documentation());
}

}  // namespace bellwether::cli
