#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "cohorts/query.hpp"
#include "events/engine.hpp"

namespace bellwether::publisher {

/// What a cohort would hold.
struct Preview {
  std::uint64_t count = 0;
  std::vector<std::string> members;  ///< ten of them
};

std::expected<Preview, events::EngineError> preview(events::Engine& engine, const cohorts::PeopleQuery& query,
                                                    Millis within);

}  // namespace bellwether::publisher
