#pragma once

#include <cstddef>
#include <functional>

#include "events/engine.hpp"

namespace bellwether::ingestion::impl {

using Insert = std::function<std::expected<void, events::EngineError>(std::size_t begin, std::size_t end)>;
using Tell =
    std::function<void(std::size_t begin, std::size_t end, const std::expected<void, events::EngineError>&)>;

/// Inserts the parts from `begin` to `end` together. When the engine refuses a value in them, halves them
/// until those that it refuses are alone: of n parts with one bad one about 2 log n inserts are made. Tells
/// of each part once.
inline void insert_isolating(std::size_t begin, std::size_t end, const Insert& insert, const Tell& tell) {
  if (begin == end) return;
  const auto written = insert(begin, end);
  const bool refused = !written && written.error().kind == events::EngineError::Kind::kQuery;
  if (!refused || end - begin == 1) return tell(begin, end, written);
  const std::size_t middle = begin + (end - begin) / 2;
  insert_isolating(begin, middle, insert, tell);
  insert_isolating(middle, end, insert, tell);
}

}  // namespace bellwether::ingestion::impl
