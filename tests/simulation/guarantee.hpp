#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"
#include "history.hpp"
#include "sender.hpp"
#include "subscriber.hpp"

namespace bellwether::simulation {

/// The guarantee, after a run that the sender saw succeed: the mirror equals the snapshot, or differs at most in members
/// that it reports as in doubt, and the feed replayed is the mirror. Counts in `outcome`; a value says what is broken.
/// `strict`: false where a wrong member is only counted, because of the guarantee's one exception.
std::optional<std::string> check_guarantee(Subscriber& subscriber, const Membership& snapshot, Timestamp now,
                                           bool strict, Outcome& outcome);

}  // namespace bellwether::simulation
