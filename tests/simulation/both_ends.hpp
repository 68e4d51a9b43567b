#pragma once

#include <cstdint>
#include <string>

#include "history.hpp"

namespace bellwether::simulation {

/// Plays one history of the real publisher's sync against the real subscriber. Beside the mirror's guarantee
/// it demands of the publisher: a session is of one run, a page that comes again is the same page, nobody is
/// announced twice in a session, and no run begins before the one before has ended.
Outcome play_both_ends(std::uint64_t seed, const std::string& folder, bool reverts);

}  // namespace bellwether::simulation
