#include "events/layout.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace bellwether::events {

namespace {

constexpr std::string_view kDatabase = "bellwether.";

/// By what rows are spread over the shards. All of a person's rows of a table are on one shard, so that a
/// shard alone knows which of equal ones counts.
struct Spread {
  std::string_view table;
  std::string_view by;
};
constexpr std::array kSpreads{Spread{"identity", "cityHash64(alias)"}, Spread{"migration", "0"},
                              Spread{"group_profile", "cityHash64(group_id)"}};
constexpr std::string_view kByPerson = "cityHash64(distinct_id)";

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

std::string_view table_of(std::string_view statement) {
  const std::size_t begin = statement.find(kDatabase) + kDatabase.size();
  const auto end = std::find_if_not(statement.begin() + static_cast<std::ptrdiff_t>(begin), statement.end(),
                                    is_name_character);
  return {statement.begin() + static_cast<std::ptrdiff_t>(begin), end};
}

std::string_view spread_of(std::string_view table) {
  const auto found = std::ranges::find(kSpreads, table, &Spread::table);
  return found == kSpreads.end() ? kByPerson : found->by;
}

void replace_once(std::string& text, std::string_view what, const std::string& by) {
  text.replace(text.find(what), what.size(), by);
}

/// "ReplacingMergeTree(known_at)" -> "ReplicatedReplacingMergeTree('/path', '{replica}', known_at)"
void replicate(std::string& statement, std::string_view table) {
  const std::size_t begin = statement.find("ENGINE = ") + 9;
  const std::size_t name_end = statement.find_first_of("(\n", begin);
  const bool has_arguments = statement[name_end] == '(';
  const std::size_t end = has_arguments ? statement.find(')', name_end) : name_end;
  const std::string name = statement.substr(begin, name_end - begin);
  const std::string arguments =
      has_arguments ? ", " + statement.substr(name_end + 1, end - name_end - 1) : "";
  statement.replace(begin, (has_arguments ? end + 1 : end) - begin,
                    fmt::format("Replicated{}('/clickhouse/tables/{{shard}}/bellwether/{}', '{{replica}}'{})",
                                name, table, arguments));
}

}  // namespace

Result<Layout> Layout::on_cluster(const std::string& cluster) {
  if (cluster.empty() || !std::ranges::all_of(cluster, is_name_character))
    return fail("a cluster's name has only letters, digits, '-' and '_'");
  Layout layout;
  layout.cluster_ = cluster;
  return layout;
}

std::vector<std::string> Layout::create(std::string_view statement) const {
  std::string local(statement);
  if (cluster_.empty()) return {local};
  const std::string on_cluster = fmt::format(" ON CLUSTER '{}'", cluster_);
  if (statement.find("CREATE DATABASE") != std::string_view::npos) return {local + on_cluster};
  if (statement.find("ALTER TABLE") != std::string_view::npos) return {remove(statement)};
  const std::string table(table_of(statement));
  const std::string name = std::string(kDatabase) + table;
  replace_once(local, name, name + "_local" + on_cluster);
  replicate(local, table);
  return {
      local,
      fmt::format("CREATE TABLE IF NOT EXISTS {0}{1} AS {0}_local ENGINE = Distributed('{2}', 'bellwether', "
                  "'{3}_local', {4})",
                  name, on_cluster, cluster_, table, spread_of(table))};
}

std::string Layout::remove(std::string_view statement) const {
  std::string changed(statement);
  if (cluster_.empty()) return changed;
  const std::string name = std::string(kDatabase) + std::string(table_of(statement));
  replace_once(changed, name, fmt::format("{}_local ON CLUSTER '{}'", name, cluster_));
  return changed;
}

}  // namespace bellwether::events
