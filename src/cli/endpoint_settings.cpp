#include "cli/endpoint_settings.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "base/encoding.hpp"

namespace bellwether::cli {

namespace {

using subscriber::EndpointKind;
using subscriber::EndpointOptions;

/// Reads one table whose keys are all known.
class TableReader {
 public:
  TableReader(std::string_view file, const toml::table& table, std::string_view name)
      : file_(file), table_(table), name_(name) {}

  Result<void> allow_only(std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, node] : table_) {
      if (std::ranges::find(keys, key.str()) != keys.end()) continue;
      return fail_at(file_, node,
                     fmt::format("unknown key \"{}\" in [[{}]]; known are: {}", key.str(), name_,
                                 fmt::join(keys.begin(), keys.end(), ", ")));
    }
    return {};
  }

  /// Empty when the key is not there.
  Result<std::string> text(std::string_view key) const {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return std::string();
    const auto value = node->value_exact<std::string>();
    if (!value) return fail_at(file_, *node, fmt::format("{} must be a string", key));
    return *value;
  }

  std::unexpected<Error> fail_key(std::string_view key, std::string_view message) const {
    const toml::node* node = table_.get(key);
    return fail_at(file_, node != nullptr ? *node : static_cast<const toml::node&>(table_), message);
  }

 private:
  std::string_view file_;
  const toml::table& table_;
  std::string_view name_;
};

Result<net::Credential> read_credential(std::string_view file, const toml::table& table) {
  const TableReader reader(file, table, "endpoint.credential");
  if (auto known = reader.allow_only({"user", "password_env", "password_hash"}); !known) {
    return std::unexpected(known.error());
  }
  const auto user = reader.text("user");
  const auto variable = reader.text("password_env");
  const auto hash = reader.text("password_hash");
  for (const auto* value : {&user, &variable, &hash}) {
    if (!*value) return std::unexpected(value->error());
  }
  if (user->empty()) return reader.fail_key("user", "user is missing");
  if (variable->empty() == hash->empty()) {
    return reader.fail_key("user", "give either password_env (a variable's name) or password_hash");
  }
  if (!hash->empty()) return net::Credential{*user, "", *hash};
  const char* password = std::getenv(variable->c_str());
  if (password == nullptr || *password == '\0') {
    return reader.fail_key("password_env", fmt::format("the environment variable {} is not set", *variable));
  }
  return net::Credential{*user, password, ""};
}

/// Calls `each` with every table of an array of tables.
template <typename Each>
Result<void> for_each_table(std::string_view file, const toml::node& node, std::string_view name,
                            Each&& each) {
  const toml::array* tables = node.as_array();
  if (tables == nullptr) return fail_at(file, node, fmt::format("write [[{}]], with two brackets", name));
  for (const toml::node& item : *tables) {
    const toml::table* table = item.as_table();
    if (table == nullptr) return fail_at(file, item, fmt::format("write [[{}]] tables", name));
    if (Result<void> done = each(*table); !done) return done;
  }
  return {};
}

Result<std::vector<std::string>> read_projects(std::string_view file, const toml::table& table) {
  std::vector<std::string> projects;
  const toml::node* node = table.get("projects");
  if (node == nullptr) return projects;
  const toml::array* items = node->as_array();
  if (items == nullptr) return fail_at(file, *node, "projects must be a list of project ids");
  for (const toml::node& item : *items) {
    const auto text = item.value_exact<std::string>();
    const auto number = item.value_exact<std::int64_t>();
    if (!text && !number) return fail_at(file, item, "a project id must be a string or an integer");
    projects.push_back(text ? *text : std::to_string(*number));
  }
  return projects;
}

Result<EndpointOptions> read_endpoint(std::string_view file, const toml::table& table) {
  const TableReader reader(file, table, "endpoint");
  if (auto known = reader.allow_only({"path", "kind", "projects", "credential"}); !known) {
    return std::unexpected(known.error());
  }
  const auto path = reader.text("path");
  const auto kind = reader.text("kind");
  auto projects = read_projects(file, table);
  if (!path) return std::unexpected(path.error());
  if (!kind) return std::unexpected(kind.error());
  if (!projects) return std::unexpected(projects.error());
  if (!path->starts_with('/')) return reader.fail_key("path", "path is missing or does not begin with /");
  if (*kind != "alerts" && *kind != "cohort-sync") {
    return reader.fail_key("kind", "kind must be \"alerts\" or \"cohort-sync\"");
  }
  EndpointOptions endpoint{
      *path, *kind == "alerts" ? EndpointKind::kAlerts : EndpointKind::kCohortSync, {}, std::move(*projects)};
  if (const toml::node* credentials = table.get("credential")) {
    const auto read = for_each_table(file, *credentials, "endpoint.credential", [&](const toml::table& item) {
      auto credential = read_credential(file, item);
      if (credential) endpoint.credentials.push_back(std::move(*credential));
      return credential ? Result<void>{} : std::unexpected(credential.error());
    });
    if (!read) return std::unexpected(read.error());
  }
  return endpoint;
}

}  // namespace

std::unexpected<Error> fail_at(std::string_view file, const toml::node& node, std::string_view message) {
  return fail(fmt::format("{}:{}: {}", file, node.source().begin.line, message));
}

Result<std::vector<EndpointOptions>> read_endpoints(std::string_view file, const toml::node& node) {
  std::vector<EndpointOptions> endpoints;
  const auto read = for_each_table(file, node, "endpoint", [&](const toml::table& table) -> Result<void> {
    auto endpoint = TRY(read_endpoint(file, table));
    const bool twice =
        std::ranges::any_of(endpoints, [&](const auto& other) { return other.path == endpoint.path; });
    if (twice) return fail_at(file, table, fmt::format("two endpoints have the path {}", endpoint.path));
    endpoints.push_back(std::move(endpoint));
    return {};
  });
  if (!read) return std::unexpected(read.error());
  return endpoints;
}

std::string_view endpoint_documentation() {
  return R"(
# ---------------------------------------------------------------------------------------------------------------
# Endpoints. Without any, both default paths are served, without credentials. With one or more, only those.
#
# [[endpoint]]
# path = "/mixpanel/cohort-sync"
# kind = "cohort-sync"             # or "alerts"
# projects = ["8", "15"]           # only these projects may send; all when left out
#
#   # HTTP Basic. Several at once can be valid, so that a password can be changed without a gap.
#   [[endpoint.credential]]
#   user = "mixpanel"
#   password_env = "COHORT_PASSWORD"   # the variable that holds the password
#
#   [[endpoint.credential]]
#   user = "mixpanel"
#   password_hash = "pbkdf2-sha256$100000$..."   # made by: bellwether hash-password
#
# [[endpoint]]
# path = "/mixpanel/alerts"
# kind = "alerts"
)";
}

}  // namespace bellwether::cli
