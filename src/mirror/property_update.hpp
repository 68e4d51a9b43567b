#pragma once

#include "contract/cohort_sync.hpp"
#include "mirror/cohort_rows.hpp"
#include "mirror/session.hpp"
#include "storage/database.hpp"

namespace bellwether::mirror {

/// Takes over the properties of a page that came again with the same members: those who are in the cohort now are
/// updated. It proves nothing and changes no membership.
void update_properties(storage::Database& database, const Cohort& cohort, Session& session,
                       const contract::CohortPage& page, Timestamp now);

}  // namespace bellwether::mirror
