#pragma once

#include <expected>

#include "events/engine.hpp"
#include "events/layout.hpp"

namespace bellwether::events {

/// Brings the engine's tables to this program's version: each change once, in order. Fails on tables of a
/// newer version, with both numbers. Changes are idempotent, so one that was cut off is made again. The
/// embedded engine's stored rows are brought to it too (deep_events.hpp).
std::expected<void, EngineError> migrate(Engine& engine, const Layout& layout = {}, bool is_embedded = false);

}  // namespace bellwether::events
