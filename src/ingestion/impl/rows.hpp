#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/exact_json.hpp"
#include "events/engine.hpp"

namespace bellwether::ingestion::impl {

/// For all queries of storing what came in.
inline const events::QueryOptions kIngestionQuery{.is_ingestion = true};

/// Runs a statement with `parameters` and `ids`, some ids at a time (they travel in a URL to a server), and
/// hands over each row.
template <typename OnRow>
std::expected<void, events::EngineError> find_rows(events::Engine& engine, std::string_view statement,
                                                   const events::Parameters& parameters,
                                                   const std::set<std::string>& ids, OnRow&& on_row) {
  constexpr std::size_t kAtOnce = 500;
  auto next = ids.begin();
  while (next != ids.end()) {
    std::vector<std::string> some;
    for (; next != ids.end() && some.size() < kAtOnce; ++next) some.push_back(*next);
    const auto rows = TRY(engine.run(statement, events::Parameters(parameters).add("ids", some),
                                     "JSONCompactEachRow", kIngestionQuery));
    std::string_view rest = rows;
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      if (end > 0) on_row(parse_exact_json(rest.substr(0, end)).as_array());
      rest.remove_prefix(end + 1);
    }
  }
  return {};
}

}  // namespace bellwether::ingestion::impl
