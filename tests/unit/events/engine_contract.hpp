#pragma once

#include "events/engine.hpp"

namespace bellwether::testing {

/// What every implementation of the event engine must do; runs the checks of GoogleTest on it.
void expect_engine_keeps_its_word(events::Engine& engine);

}  // namespace bellwether::testing
