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

/// One change is of the rows, not of the tables: what versions before 0.2 took and this one would refuse. The
/// change behind it is in the file 0007.
constexpr std::size_t kRowsChange = 7;
constexpr std::size_t kLatest = std::size(kMigrations) + 1;

std::string_view table_change(std::size_t version) {
  return kMigrations[version < kRowsChange ? version - 1 : version - 2];
}

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
  bool whole = true;
  for (std::size_t version = found + 1; version <= kLatest; ++version) {
    if (version == kRowsChange) {
      whole = !is_embedded || clean(engine);
    } else if (auto made = create(table_change(version)); !made) {
      return made;
    }
    // What was not done is tried again by the next start, and what was done behind it is made again.
    if (!whole) continue;
    if (auto noted = note(version); !noted) return noted;
  }
  return {};
}

}  // namespace bellwether::events
