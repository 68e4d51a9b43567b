#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

/// How the statements of sql/*.sql, which are written for one server, are made for a cluster: each table is a
/// replicated one on every shard, named `…_local`, behind a distributed one of the plain name. Reading and
/// inserting need no change.
namespace bellwether::events {

class Layout {
 public:
  /// One server, or the embedded engine.
  Layout() = default;
  /// `cluster` is a name from the servers' configuration: letters, digits, '-' and '_'.
  static Result<Layout> on_cluster(const std::string& cluster);

  /// The statements, one after another, that a `CREATE …` statement stands for.
  std::vector<std::string> create(std::string_view statement) const;
  /// A `DELETE FROM bellwether.table …`: distributed tables do not delete, the local ones do.
  std::string remove(std::string_view statement) const;

 private:
  std::string cluster_;
};

}  // namespace bellwether::events
