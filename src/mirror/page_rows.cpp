#include "mirror/page_rows.hpp"

namespace bellwether::mirror {

using contract::Action;
using storage::Database;

std::optional<std::int64_t> insert_page(Database& database, std::int64_t session_ref,
                                        const contract::CohortPage& page, Acknowledgement answer,
                                        Timestamp now) {
  database.run(
      "INSERT INTO page (session_ref, action, page_count, total_pages, received_at, members, answer, "
      "attempt, applied) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, 0) ON CONFLICT DO NOTHING",
      session_ref, static_cast<int>(page.action), std::int64_t{page.page_count},
      std::int64_t{page.total_pages}, to_unix_ms(now), page.member_count, static_cast<int>(answer));
  if (database.changed_rows() == 0) return std::nullopt;
  const std::int64_t ref = database.last_insert_id();
  database.run("INSERT INTO page_body (page_ref, members) VALUES (?1, ?2)", ref, page.members_json);
  return ref;
}

std::optional<AnswerRef> expect_answer_again(Database& database, std::int64_t session_ref, Action action,
                                             std::uint32_t page_count) {
  auto query = database.query(
      "UPDATE page SET answer = 0, attempt = attempt + 1 WHERE session_ref = ?1 AND page_count = ?2 "
      "AND action = ?3 RETURNING ref, attempt",
      session_ref, std::int64_t{page_count}, static_cast<int>(action));
  if (!query.next()) return std::nullopt;
  const AnswerRef ref{query.integer(0), query.integer(1)};
  query.next();  // RETURNING ends the statement with the row after the last
  return ref;
}

bool index_under_other_action(Database& database, std::int64_t session_ref,
                              const contract::CohortPage& page) {
  auto query =
      database.query("SELECT 1 FROM page WHERE session_ref = ?1 AND page_count = ?2 AND action <> ?3 LIMIT 1",
                     session_ref, std::int64_t{page.page_count}, static_cast<int>(page.action));
  return query.next();
}

std::optional<std::int64_t> set_answer(Database& database, const AnswerRef& ref, Acknowledgement answer) {
  auto query =
      database.query("UPDATE page SET answer = ?3 WHERE ref = ?1 AND attempt = ?2 RETURNING session_ref",
                     ref.page_ref, ref.attempt, static_cast<int>(answer));
  if (!query.next()) return std::nullopt;
  const std::int64_t session_ref = query.integer(0);
  query.next();
  return session_ref;
}

bool all_answers_delivered(Database& database, std::int64_t session_ref) {
  auto query =
      database.query("SELECT 1 FROM page WHERE session_ref = ?1 AND answer <> 1 LIMIT 1", session_ref);
  return !query.next();
}

void count_answers(Database& database, std::int64_t session_ref, SettlementFacts& facts) {
  auto query = database.query(
      "SELECT coalesce(sum(answer = 0), 0), coalesce(sum(answer = 2), 0), coalesce(sum(answer = 3), 0) "
      "FROM page WHERE session_ref = ?1 AND answer <> 1",
      session_ref);
  query.next();
  facts.answers_pending = static_cast<std::uint32_t>(query.integer(0));
  facts.answers_lost = static_cast<std::uint32_t>(query.integer(1));
  facts.answers_cut_off = static_cast<std::uint32_t>(query.integer(2));
}

}  // namespace bellwether::mirror
