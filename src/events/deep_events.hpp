#pragma once

#include <cstddef>
#include <expected>

#include "events/engine.hpp"

namespace bellwether::events {

/// Removes events with more than 16 arrays in each other, which versions before 0.2 stored: each costs the
/// embedded engine tens of megabytes for as long as it is stored, and some hundred of them keep it from
/// opening its data. Returns how many were removed. Goes through the stored parts one by one, so that its
/// memory has a bound.
std::expected<std::size_t, EngineError> remove_deep_events(Engine& engine);

}  // namespace bellwether::events
