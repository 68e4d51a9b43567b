#include "mirror/property_update.hpp"

#include "contract/member_reader.hpp"
#include "feed/feed.hpp"
#include "mirror/member_rows.hpp"

namespace bellwether::mirror {

using storage::Database;
using storage::StorageError;

void update_properties(Database& database, const Cohort& cohort, Session& session,
                       const contract::CohortPage& page, Timestamp now) {
  if (page.action == contract::Action::kRemoveMembers) return;
  feed::BatchWriter batch(database);
  const auto read = contract::MemberReader().read(page.members_json, [&](const contract::Member& member) {
    auto state = load_member(database, cohort.generation, member.distinct_id);
    if (!state || state->properties == member.properties) return;
    state->properties = member.properties;
    state->session_ref = session.ref;
    save_member(database, cohort.generation, member.distinct_id, *state);
    batch.add(database, feed::Kind::kUpdated, member.distinct_id);
  });
  if (!read) throw StorageError(StorageError::Kind::kOther, "a page is damaged: " + read.error().describe());
  batch.flush(database);
  session.updated += batch.count();
  feed::publish(database, batch, {cohort.project_id, cohort.cohort_id, session.session_id}, now);
}

}  // namespace bellwether::mirror
