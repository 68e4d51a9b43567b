#pragma once

#include <cstdint>
#include <string>

#include "contract/cohort_sync.hpp"
#include "mirror/mention_sorter.hpp"
#include "mirror/options.hpp"
#include "mirror/session.hpp"
#include "storage/database.hpp"

/// The pages of a session that are not applied yet: how much they are, and the members on them. `at_hand`: all of them,
/// when they are one page that has just come; otherwise null, and they are read from their rows.
namespace bellwether::mirror {

/// A stored page cannot be read: the file is damaged.
class DamagedPage : public storage::StorageError {
 public:
  explicit DamagedPage(const std::string& message) : StorageError(Kind::kOther, message) {}
};

/// The members that are to be applied, sorted. Reads a few pages at a time. Throws DamagedPage.
MentionSorter collect_mentions(storage::Database& database, const Session& session,
                               const contract::CohortPage* at_hand, const Options& options);

/// How many members are to be applied, and whether they are a full load.
struct Unapplied {
  std::int64_t members = 0;
  bool full = false;
};
Unapplied count_unapplied(storage::Database& database, const Session& session,
                          const contract::CohortPage* at_hand);

}  // namespace bellwether::mirror
