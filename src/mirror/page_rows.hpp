#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "contract/cohort_sync.hpp"
#include "mirror/settlement.hpp"
#include "storage/database.hpp"

/// Pages and what became of their answers, as rows: loading and saving, no rules.
namespace bellwether::mirror {

/// Stores the page, or returns no value when it is there already.
std::optional<std::int64_t> insert_page(storage::Database& database, std::int64_t session_ref,
                                        const contract::CohortPage& page, Acknowledgement answer,
                                        Timestamp now);
/// One of a page's answers; each time the page comes again it has another.
struct AnswerRef {
  std::int64_t page_ref = 0;
  std::int64_t attempt = 1;
};

/// The page came again: its next answer, which is on its way, counts from now on.
std::optional<AnswerRef> expect_answer_again(storage::Database& database, std::int64_t session_ref,
                                             contract::Action action, std::uint32_t page_count);
bool index_under_other_action(storage::Database& database, std::int64_t session_ref,
                              const contract::CohortPage& page);
/// Returns the page's session; no value, with nothing changed, when a later answer counts.
std::optional<std::int64_t> set_answer(storage::Database& database, const AnswerRef& ref,
                                       Acknowledgement answer);
/// Whether the answers to all pages of the session so far are known to have arrived.
bool all_answers_delivered(storage::Database& database, std::int64_t session_ref);
void count_answers(storage::Database& database, std::int64_t session_ref, SettlementFacts& facts);

}  // namespace bellwether::mirror
