#pragma once

#include "mirror/application.hpp"

namespace bellwether::mirror {

/// Applies (or takes back) a small incremental session row by row in the caller's transaction.
/// False, with nothing changed, when it turns out to touch more than `options.in_place_members` members (a
/// refuted session may have been large): then a `Rebuild` must do it.
bool apply_in_place(storage::Database& database, const Session& session, const Options& options,
                    Timestamp now);

}  // namespace bellwether::mirror
