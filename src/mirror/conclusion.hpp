#pragma once

#include <string>

#include "feed/feed.hpp"
#include "mirror/application.hpp"
#include "mirror/unapplied.hpp"
#include "storage/database.hpp"

/// How an application ends: what becomes of its session, and of the unsettled ones before it.
namespace bellwether::mirror {

/// Writes what the application came to: sessions' states, the cohort, the feed. Ends it. `application.session` is the
/// session's row as it is now.
void conclude(storage::Database& database, Application& application, feed::BatchWriter& batch,
              const Options& options, Timestamp now);

/// Whether the session is settled now; settles it when nothing is in doubt any more. Saves the session.
void review_settlement(storage::Database& database, const Cohort& cohort, Session& session,
                       const Options& options);

/// A stored page of it is damaged, so its members cannot be known any more: the session fails and others go on. Its cohort
/// has no baseline until a full load comes.
void fail_damaged(storage::Database& database, Session& session, const DamagedPage& damage);

/// No doubt is left: forgets what the session replaced.
void settle(storage::Database& database, Session& session, SessionState state, std::string why);

}  // namespace bellwether::mirror
