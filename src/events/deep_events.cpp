#include "events/deep_events.hpp"

#include <string>
#include <vector>

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "events/sql.hpp"

namespace bellwether::events {

namespace {

const QueryOptions kPatient{.timeout = std::chrono::minutes(30)};

std::expected<std::vector<std::string>, EngineError> list_parts(Engine& engine) {
  const auto answer = engine.run(sql::kListEventParts, {}, "TabSeparated", {});
  if (!answer) return std::unexpected(answer.error());
  std::vector<std::string> parts;
  std::string_view rest = *answer;
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    parts.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  return parts;
}

}  // namespace

std::expected<std::size_t, EngineError> remove_deep_events(Engine& engine) {
  const auto parts = TRY(list_parts(engine));
  std::size_t removed = 0;
  for (const std::string& part : parts) {
    const auto which = Parameters().add("part", part);
    const auto counted = TRY(engine.run(sql::kCountDeepEvents, which, "TabSeparated", kPatient));
    const auto deep = static_cast<std::size_t>(parse_integer(trim(counted)).value_or(0));
    if (deep == 0) continue;
    for (const std::string_view statement : {sql::kKeepShallowEvents, sql::kDropEventPart}) {
      TRY(engine.run(statement, which, "Null", kPatient));
    }
    removed += deep;
  }
  return removed;
}

}  // namespace bellwether::events
