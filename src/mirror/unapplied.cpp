#include "mirror/unapplied.hpp"

#include <vector>

#include <fmt/format.h>

#include "contract/member_reader.hpp"
#include "mirror/page_rows.hpp"

namespace bellwether::mirror {

using storage::Database;

MentionSorter collect_mentions(Database& database, const Session& session,
                               const contract::CohortPage* at_hand, const Options& options) {
  MentionSorter sorter(options.spill_dir, options.sort_bytes);
  contract::MemberReader reader;
  const auto collect = [&](std::string_view members, bool add) {
    const auto read = reader.read(members, [&sorter, add](const contract::Member& member) {
      sorter.add(member.distinct_id, add, add ? member.properties : std::string_view{});
    });
    if (!read) throw DamagedPage("a stored page cannot be read: " + read.error().describe());
  };
  if (at_hand != nullptr) {
    collect(at_hand->members_json, at_hand->action != contract::Action::kRemoveMembers);
    return sorter;
  }
  struct Unread {
    std::int64_t ref;
    contract::Action action;
    std::int64_t index;
  };
  std::vector<Unread> pages;
  {
    // Later in this order counts: an add after the full load, a removal after an add.
    auto query = database.query(
        "SELECT ref, action, page_count FROM page WHERE session_ref = ?1 AND applied = 0 AND ref <= ?2 "
        "ORDER BY action, page_count",
        session.ref, session.last_page);
    while (query.next())
      pages.push_back({query.integer(0), static_cast<contract::Action>(query.integer(1)), query.integer(2)});
  }
  for (const auto& [ref, action, index] : pages) {
    const auto members = load_body(database, ref);
    if (!members) {
      throw DamagedPage(fmt::format("the stored members of page {} of {} are missing or damaged", index,
                                    contract::to_string(action)));
    }
    collect(*members, action != contract::Action::kRemoveMembers);
  }
  return sorter;
}

Unapplied count_unapplied(Database& database, const Session& session, const contract::CohortPage* at_hand) {
  if (at_hand != nullptr) {
    return {static_cast<std::int64_t>(at_hand->member_count), contract::is_full_load(at_hand->action)};
  }
  auto query = database.query(
      "SELECT coalesce(sum(members), 0), coalesce(min(action), 1) = 0 FROM page "
      "WHERE session_ref = ?1 AND applied = 0 AND ref <= ?2",
      session.ref, session.last_page);
  query.next();
  return {query.integer(0), query.integer(1) != 0};
}

}  // namespace bellwether::mirror
