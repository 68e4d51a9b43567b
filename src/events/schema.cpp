#include "events/schema.hpp"

#include <array>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "events/sql.hpp"

namespace bellwether::events {

namespace {

/// Change i leads from version i to i+1. None is ever edited once it was released.
constexpr std::array kChanges{sql::kCreateEvent,        sql::kCreateProfile,  sql::kCreateIdentity,
                              sql::kCreateStaticMember, sql::kCreateSnapshot, sql::kCreateFrozenPerson};

std::expected<std::size_t, EngineError> schema_version(Engine& engine) {
  const auto answer = engine.run(sql::kLastMigration, {}, "TabSeparated", {});
  if (!answer) return std::unexpected(answer.error());
  const std::string_view digits = std::string_view(*answer).substr(0, answer->find('\n'));
  return static_cast<std::size_t>(parse_integer(digits).value_or(0));
}

}  // namespace

std::expected<void, EngineError> migrate(Engine& engine, const Layout& layout) {
  const auto create = [&](std::string_view statement) -> std::expected<void, EngineError> {
    for (const std::string& part : layout.create(statement)) {
      if (auto made = engine.run(part, {}, "Null", {}); !made) return std::unexpected(made.error());
    }
    return {};
  };
  for (const std::string_view statement : {sql::kCreateDatabase, sql::kCreateMigration}) {
    if (auto made = create(statement); !made) return made;
  }
  const auto found = schema_version(engine);
  if (!found) return std::unexpected(found.error());
  if (*found > kChanges.size()) {
    return std::unexpected(EngineError{
        EngineError::Kind::kUnavailable, 0,
        fmt::format("the event tables have schema version {}, this program knows versions up to {}", *found,
                    kChanges.size())});
  }
  for (std::size_t version = *found; version < kChanges.size(); ++version) {
    if (auto made = create(kChanges[version]); !made) return made;
    const std::string row = fmt::format("{{\"version\":{}}}\n", version + 1);
    if (auto noted = engine.insert(sql::kInsertMigration, row, {}); !noted) return noted;
  }
  return {};
}

}  // namespace bellwether::events
