#include "mirror/page_rows.hpp"

#include <bit>

#include "storage/packed.hpp"

namespace bellwether::mirror {

namespace {

using contract::Action;
using contract::PageDigest;
using storage::Database;
using storage::Query;

// clang-format off
#define SELECT_PAGE                                                                                      \
  "SELECT ref, action, total_pages, ids_high, ids_low, content_high, content_low, arrived_at, " \
  "attempt, carried, applied FROM page "
// clang-format on

/// SQLite's integers are signed.
std::int64_t stored(std::uint64_t bits) {
  return std::bit_cast<std::int64_t>(bits);
}

std::optional<PageDigest> read_digest(const Query& query, int column) {
  if (query.is_null(column)) return std::nullopt;
  return PageDigest{std::bit_cast<std::uint64_t>(query.integer(column)),
                    std::bit_cast<std::uint64_t>(query.integer(column + 1))};
}

std::optional<StoredPage> read_first(Query query) {
  if (!query.next()) return std::nullopt;
  return StoredPage{.ref = query.integer(0),
                    .action = static_cast<Action>(query.integer(1)),
                    .total_pages = static_cast<std::uint32_t>(query.integer(2)),
                    .ids = read_digest(query, 3),
                    .content = read_digest(query, 5),
                    .arrived_at = from_unix_ms(query.integer(7)),
                    .arrivals = query.integer(8),
                    .inherited = query.integer(9) != 0,
                    .applied = query.integer(10) != 0};
}

/// Pages without a number are numbered here, in the order of their arrival.
std::int64_t next_index(Database& database, std::int64_t session_ref) {
  auto query =
      database.query("SELECT coalesce(max(page_count), 0) + 1 FROM page WHERE session_ref = ?1", session_ref);
  query.next();
  return query.integer(0);
}

void store_body(Database& database, std::int64_t page_ref, const contract::CohortPage& page) {
  database.run("INSERT OR REPLACE INTO page_body (page_ref, members) VALUES (?1, ?2)", page_ref,
               storage::Blob{storage::pack(page.members_json)});
}

}  // namespace

bool StoredPage::is_same(const contract::CohortPage& page) const {
  return total_pages == page.total_pages && (!ids || *ids == page.ids);
}

std::optional<StoredPage> find_page(Database& database, std::int64_t session_ref,
                                    const contract::CohortPage& page) {
  const int action = static_cast<int>(page.action);
  if (page.is_numbered()) {
    return read_first(database.query(SELECT_PAGE "WHERE session_ref = ?1 AND page_count = ?2 AND action = ?3",
                                     session_ref, std::int64_t{page.page_count}, action));
  }
  return read_first(database.query(
      SELECT_PAGE
      "WHERE session_ref = ?1 AND action = ?2 AND total_pages = 0 AND ids_high = ?3 AND ids_low = ?4",
      session_ref, action, stored(page.ids.high), stored(page.ids.low)));
}

std::optional<StoredPage> find_first_page(Database& database, std::int64_t session_ref) {
  return read_first(database.query(
      SELECT_PAGE "WHERE session_ref = ?1 AND page_count = 1 ORDER BY action LIMIT 1", session_ref));
}

Timestamp last_new_page_at(Database& database, std::int64_t session_ref) {
  auto query =
      database.query("SELECT coalesce(max(received_at), 0) FROM page WHERE session_ref = ?1", session_ref);
  query.next();
  return from_unix_ms(query.integer(0));
}

bool index_under_other_action(Database& database, std::int64_t session_ref,
                              const contract::CohortPage& page) {
  auto query =
      database.query("SELECT 1 FROM page WHERE session_ref = ?1 AND page_count = ?2 AND action <> ?3 LIMIT 1",
                     session_ref, std::int64_t{page.page_count}, static_cast<int>(page.action));
  return query.next();
}

std::int64_t insert_page(Database& database, std::int64_t session_ref, const contract::CohortPage& page,
                         Acknowledgement answer, bool at_hand, Timestamp now) {
  const std::int64_t index =
      page.is_numbered() ? std::int64_t{page.page_count} : next_index(database, session_ref);
  database.run(
      "INSERT INTO page (session_ref, action, page_count, total_pages, received_at, arrived_at, members, answer, "
      "attempt, applied, ids_high, ids_low, content_high, content_low, carried) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, 1, ?12, ?8, ?9, ?10, ?11, 0)",
      session_ref, static_cast<int>(page.action), index, std::int64_t{page.total_pages}, to_unix_ms(now),
      page.member_count, static_cast<int>(answer), stored(page.ids.high), stored(page.ids.low),
      stored(page.content.high), stored(page.content.low), at_hand);
  const std::int64_t ref = database.last_insert_id();
  if (!at_hand) store_body(database, ref, page);
  return ref;
}

std::optional<std::string> load_body(Database& database, std::int64_t page_ref) {
  auto query = database.query(
      "SELECT content_high, content_low, page_body.members FROM page JOIN page_body ON page_ref = ref "
      "WHERE ref = ?1",
      page_ref);
  if (!query.next()) return std::nullopt;
  // Version 0.1 stored text as it came, and no digest.
  auto members = query.is_blob(2) ? storage::unpack(query.text(2)) : std::string(query.text(2));
  const auto content = read_digest(query, 0);
  if (members && content && contract::digest_of(*members) != *content) return std::nullopt;
  return members;
}

void keep_unapplied(Database& database, std::int64_t page_ref, const contract::CohortPage& page) {
  database.run("UPDATE page SET applied = 0 WHERE ref = ?1", page_ref);
  store_body(database, page_ref, page);
}

bool contradicts_firmly(Database& database, const Session& session, const contract::CohortPage& page) {
  auto query = database.query(
      "SELECT 1 FROM page WHERE session_ref = ?1 AND carried = 0 AND ((action = ?2 AND (page_count = ?3 "
      "OR total_pages <> ?4)) OR (action = 0) <> (?2 = 0)) LIMIT 1",
      session.ref, static_cast<int>(page.action), std::int64_t{page.page_count},
      std::int64_t{page.total_pages});
  return query.next();
}

void drop_contradicted(Database& database, const Session& session, const contract::CohortPage& page,
                       bool over_run) {
  database.run(
      "DELETE FROM page WHERE session_ref = ?1 AND ((carried > 0 AND ((action = ?2 AND (page_count = ?3 "
      "OR total_pages <> ?4)) OR (action = 0) <> (?2 = 0))) OR (?5 AND carried = 1 AND action <> ?2 "
      "AND page_count = ?3 AND total_pages = ?4))",
      session.ref, static_cast<int>(page.action), std::int64_t{page.page_count},
      std::int64_t{page.total_pages}, over_run);
}

bool inherit_pages(Database& database, const Inheritance& inheritance, const contract::CohortPage& page) {
  // A page without a number contradicts none.
  const bool numbered = page.is_numbered();
  const std::int64_t since = to_unix_ms(inheritance.arrived_since);
  const std::int64_t surely_since = to_unix_ms(inheritance.surely_since);
  const int action = static_cast<int>(page.action);
  const std::int64_t index{page.page_count};
  const std::int64_t total{page.total_pages};
  // A full load takes nothing over from a difference, nor the other way.
#define INHERITED                                                                       \
  "session_ref = ?1 AND arrived_at >= ?2 AND (action = 0) = (?4 = 0) AND NOT (?3 AND (" \
  "(action = ?4 AND (page_count = ?5 OR total_pages <> ?6)) OR (?7 AND action <> ?4 "   \
  "AND page_count = ?5 AND total_pages = ?6 AND arrived_at < ?8)))"
  {
    auto missing = database.query(
        "SELECT 1 FROM page WHERE " INHERITED " AND ref NOT IN (SELECT page_ref FROM page_body) LIMIT 1",
        inheritance.from, since, numbered, action, index, total, inheritance.over_run, surely_since);
    if (missing.next()) return false;
  }
  database.run(
      "UPDATE page SET session_ref = ?9, applied = 0, carried = 2 - (arrived_at < ?8) WHERE " INHERITED,
      inheritance.from, since, numbered, action, index, total, inheritance.over_run, surely_since,
      inheritance.to);
#undef INHERITED
  return true;
}

void recount_pages(Database& database, Session& session) {
  session.progress.actions = {};
  session.received = 0;
  session.carried = 0;
  session.last_page = 0;
  auto query = database.query(
      "SELECT action, count(*), max(total_pages), sum(members), sum(carried = 1), max(ref), max(attempt), "
      "min(total_pages) FROM page WHERE session_ref = ?1 GROUP BY action",
      session.ref);
  while (query.next()) {
    ActionProgress& progress = session.progress.of(static_cast<Action>(query.integer(0)));
    progress.pages = static_cast<std::uint32_t>(query.integer(1));
    progress.total = static_cast<std::uint32_t>(query.integer(2));
    session.received += query.integer(3);
    session.carried += query.integer(4);
    session.last_page = std::max(session.last_page, query.integer(5));
    if (query.integer(6) > 1) session.signs |= bit(Sign::kCameAgain);
    session.progress.unnumbered = session.progress.unnumbered || query.integer(7) == 0;
  }
  auto repeats = database.query(
      "SELECT 1 FROM page AS one JOIN page AS other USING (session_ref, page_count) "
      "WHERE one.session_ref = ?1 AND one.action < other.action LIMIT 1",
      session.ref);
  session.progress.index_repeats = repeats.next();
  session.progress.in_run_order = session.progress.pages() == 0;
}

AnswerRef expect_answer_again(Database& database, const StoredPage& page_row,
                              const contract::CohortPage& page, Timestamp now) {
  database.run(
      "UPDATE page SET answer = 0, attempt = attempt + 1, arrived_at = ?2, carried = 0, content_high = ?3, "
      "content_low = ?4 WHERE ref = ?1",
      page_row.ref, to_unix_ms(now), stored(page.content.high), stored(page.content.low));
  if (page_row.content != page.content || !load_body(database, page_row.ref))
    store_body(database, page_row.ref, page);
  return {page_row.ref, page_row.arrivals + 1};
}

std::optional<std::int64_t> set_answer(Database& database, const AnswerRef& ref, Acknowledgement answer) {
  auto query =
      database.query("UPDATE page SET answer = ?3 WHERE ref = ?1 AND attempt = ?2 RETURNING session_ref",
                     ref.page_ref, ref.attempt, static_cast<int>(answer));
  if (!query.next()) return std::nullopt;
  const std::int64_t session_ref = query.integer(0);
  query.next();  // RETURNING ends the statement with the row after the last
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
