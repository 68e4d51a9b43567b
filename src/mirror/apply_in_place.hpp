#pragma once

#include "mirror/application.hpp"

namespace bellwether::mirror {

/// Applies the session row by row, in the caller's transaction; `session` is then as it was stored. False, with nothing
/// changed, when too many members are concerned.
bool apply_in_place(storage::Database& database, const Cohort& cohort, Session& session,
                    const contract::CohortPage* at_hand, const Options& options, Timestamp now);

}  // namespace bellwether::mirror
