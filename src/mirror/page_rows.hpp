#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "contract/cohort_sync.hpp"
#include "mirror/session.hpp"
#include "mirror/settlement.hpp"
#include "storage/database.hpp"

/// Pages and what became of their answers, as rows: loading and saving, no rules.
namespace bellwether::mirror {

struct StoredPage {
  std::int64_t ref = 0;
  contract::Action action = contract::Action::kMembers;
  std::uint32_t total_pages = 1;  ///< 0: it is not numbered
  std::optional<contract::PageDigest> ids;
  std::optional<contract::PageDigest> content;
  Timestamp arrived_at;  ///< the last time
  std::int64_t arrivals = 1;
  bool inherited = false;  ///< it came for an earlier attempt, and not again
  bool applied = false;

  /// The same ids under the same number. Pages of version 0.1 are taken for the same: it did not keep their digests.
  bool is_same(const contract::CohortPage& page) const;
};

/// The session's page with this page's number; of one without a number, its page with the same ids.
std::optional<StoredPage> find_page(storage::Database& database, std::int64_t session_ref,
                                    const contract::CohortPage& page);
/// The page that the sender sends first: the one numbered 1 of the action that comes first; of pages without numbers
/// the one that came first.
std::optional<StoredPage> find_first_page(storage::Database& database, std::int64_t session_ref);
/// When a page of the session came for the first time last.
Timestamp last_new_page_at(storage::Database& database, std::int64_t session_ref);
bool index_under_other_action(storage::Database& database, std::int64_t session_ref,
                              const contract::CohortPage& page);

/// The members of a page, as JSON; nothing when they are not stored, or are damaged.
std::optional<std::string> load_body(storage::Database& database, std::int64_t page_ref);

/// Returns the page's ref. `at_hand`: its members are applied in the same transaction, and are not stored.
std::int64_t insert_page(storage::Database& database, std::int64_t session_ref,
                         const contract::CohortPage& page, Acknowledgement answer, bool at_hand,
                         Timestamp now);
/// A page that was at hand is not applied now after all.
void keep_unapplied(storage::Database& database, std::int64_t page_ref, const contract::CohortPage& page);
/// Whether the session has pages that this one contradicts and may not replace.
bool contradicts_firmly(storage::Database& database, const Session& session,
                        const contract::CohortPage& page);
/// Removes the pages of the session that this one contradicts and may replace: those that came for an earlier attempt.
/// `over_run`: one of the same index under another action is contradicted too.
void drop_contradicted(storage::Database& database, const Session& session, const contract::CohortPage& page,
                       bool over_run);

/// What an attempt before leaves to the next one.
struct Inheritance {
  std::int64_t from = 0;  ///< session.ref
  std::int64_t to = 0;
  Timestamp arrived_since;
  Timestamp surely_since;  ///< what arrived before is *carried*: it may not belong to the new attempt
  bool over_run = true;    ///< as for `drop_contradicted`
};
/// False, with nothing changed, when members of a page to be left are no longer stored.
bool inherit_pages(storage::Database& database, const Inheritance& inheritance,
                   const contract::CohortPage& page);
/// Counts again what a session's row says of its pages: after pages were moved or dropped.
void recount_pages(storage::Database& database, Session& session);

/// One of a page's answers; each time the page comes again it has another.
struct AnswerRef {
  std::int64_t page_ref = 0;
  std::int64_t attempt = 1;
};

/// The page came again: its next answer, which is on its way, counts from now on.
AnswerRef expect_answer_again(storage::Database& database, const StoredPage& stored,
                              const contract::CohortPage& page, Timestamp now);
/// Returns the page's session; no value, with nothing changed, when a later answer counts.
std::optional<std::int64_t> set_answer(storage::Database& database, const AnswerRef& ref,
                                       Acknowledgement answer);
/// Whether the answers to all pages of the session so far are known to have arrived.
bool all_answers_delivered(storage::Database& database, std::int64_t session_ref);
void count_answers(storage::Database& database, std::int64_t session_ref, SettlementFacts& facts);

}  // namespace bellwether::mirror
