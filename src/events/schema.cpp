#include "events/schema.hpp"

#include <iterator>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "events/deep_events.hpp"
#include "events/migrations.hpp"
#include "events/sql.hpp"

namespace bellwether::events {

namespace {

std::expected<std::size_t, EngineError> schema_version(Engine& engine) {
  const auto answer = engine.run(sql::kLastMigration, {}, "TabSeparated", {});
  if (!answer) return std::unexpected(answer.error());
  const std::string_view digits = std::string_view(*answer).substr(0, answer->find('\n'));
  return static_cast<std::size_t>(parse_integer(digits).value_or(0));
}

/// The last migration is of the rows, not of the tables: what versions before 0.2 took and this one would
/// refuse.
constexpr std::size_t kLatest = std::size(kMigrations) + 1;

/// Whether it was done. A start goes on without it; the next one tries again.
bool clean(Engine& engine) {
  const auto removed = remove_deep_events(engine);
  if (!removed) {
    log::error("deeply nested events of an earlier version could not be removed",
               {{"error", removed.error().message}});
  } else if (*removed > 0) {
    log::warn("removed events of an earlier version whose arrays nest too deeply", {{"events", *removed}});
  }
  return removed.has_value();
}

}  // namespace

std::expected<void, EngineError> migrate(Engine& engine, const Layout& layout, bool is_embedded) {
  const auto create = [&](std::string_view statement) -> std::expected<void, EngineError> {
    for (const std::string& part : layout.create(statement)) {
      if (auto made = engine.run(part, {}, "Null", {}); !made) return std::unexpected(made.error());
    }
    return {};
  };
  for (const std::string_view statement : {sql::kCreateDatabase, sql::kCreateMigration}) {
    if (auto made = create(statement); !made) return made;
  }
  const auto found = TRY(schema_version(engine));
  if (found > kLatest) {
    return std::unexpected(EngineError{
        EngineError::Kind::kUnavailable, 0,
        fmt::format("the event tables have schema version {}, this program knows versions up to {}", found,
                    kLatest)});
  }
  const auto note = [&](std::size_t version) {
    return engine.insert(sql::kInsertMigration, fmt::format("{{\"version\":{}}}\n", version), {});
  };
  for (std::size_t version = found; version < std::size(kMigrations); ++version) {
    if (auto made = create(kMigrations[version]); !made) return made;
    if (auto noted = note(version + 1); !noted) return noted;
  }
  if (found == kLatest || (is_embedded && !clean(engine))) return {};
  return note(kLatest);
}

}  // namespace bellwether::events
