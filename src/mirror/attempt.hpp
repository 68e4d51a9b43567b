#pragma once

#include <optional>

#include "contract/cohort_sync.hpp"
#include "mirror/arrival.hpp"
#include "mirror/cohort_rows.hpp"
#include "mirror/page_rows.hpp"
#include "mirror/session.hpp"
#include "storage/database.hpp"

/// The attempts of a run, as rows: what a page that comes is to be compared with, and how a new attempt begins.
namespace bellwether::mirror {

struct ArrivalContext {
  ArrivalFacts facts;
  std::optional<StoredPage> stored;  ///< the page under its number
};
ArrivalContext look_up_arrival(storage::Database& database, const Session& newest,
                               const contract::CohortPage& page, Timestamp now);

/// Ends `before` and begins the next attempt of its run with what has come of it already: the pages that arrived since
/// the run's first page last arrived, but for those that `page` differs from. `page` itself is not yet stored. The
/// attempt before counts as refuted if nothing unsettled is newer. No value when members of those pages are no longer
/// stored: then the run can only be begun again from its first page.
std::optional<Session> begin_attempt(storage::Database& database, const NumberingRules& rules,
                                     Session& before, const contract::CohortPage& page, Timestamp now);

/// Whether the session's sender may count over the run: then one index belongs to one action.
bool may_count_over_run(const NumberingRules& rules);

}  // namespace bellwether::mirror
