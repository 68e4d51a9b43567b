#include "mirror/member_rows.hpp"

#include "mirror/undo_stack.hpp"

namespace bellwether::mirror {

namespace {

using storage::Database;
using storage::Query;

MemberState read_member(const Query& query, int column) {
  return {std::string(query.text(column)), query.integer(column + 1), query.integer(column + 2)};
}

/// Columns from `column`: session_ref, change, properties, entered_at, member_session_ref, below.
Undo read_undo(const Query& query, int column) {
  Undo undo;
  undo.session_ref = query.integer(column);
  undo.change = static_cast<feed::Kind>(query.text(column + 1).front());
  if (!query.is_null(column + 2)) undo.prior = read_member(query, column + 2);
  undo.below = decode_undo_stack(query.text(column + 5));
  return undo;
}

}  // namespace

std::optional<MemberState> load_member(Database& database, std::int64_t generation, std::string_view id) {
  auto query = database.query(
      "SELECT properties, entered_at, session_ref FROM member WHERE generation = ?1 AND distinct_id = ?2",
      generation, id);
  if (!query.next()) return std::nullopt;
  return read_member(query, 0);
}

void save_member(Database& database, std::int64_t generation, std::string_view id, const MemberState& state) {
  database.run(
      "INSERT OR REPLACE INTO member (generation, distinct_id, properties, entered_at, session_ref) "
      "VALUES (?1, ?2, ?3, ?4, ?5)",
      generation, id, state.properties, state.entered_at, state.session_ref);
}

void erase_member(Database& database, std::int64_t generation, std::string_view id) {
  database.run("DELETE FROM member WHERE generation = ?1 AND distinct_id = ?2", generation, id);
}

std::optional<Undo> load_undo(Database& database, std::int64_t generation, std::string_view id) {
  auto query = database.query(
      "SELECT session_ref, change, properties, entered_at, member_session_ref, below FROM undo "
      "WHERE generation = ?1 AND distinct_id = ?2",
      generation, id);
  if (!query.next()) return std::nullopt;
  return read_undo(query, 0);
}

void save_undo(Database& database, std::int64_t generation, std::string_view id, const Undo& undo) {
  const char change = static_cast<char>(undo.change);
  std::optional<std::string_view> properties;
  std::optional<std::int64_t> entered_at;
  std::optional<std::int64_t> session_ref;
  if (undo.prior) {
    properties = undo.prior->properties;
    entered_at = undo.prior->entered_at;
    session_ref = undo.prior->session_ref;
  }
  database.run(
      "INSERT OR REPLACE INTO undo (generation, distinct_id, session_ref, change, properties, entered_at, "
      "member_session_ref, below) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
      generation, id, undo.session_ref, std::string_view(&change, 1), properties, entered_at, session_ref,
      encode_undo_stack(undo.below));
}

void erase_undo(Database& database, std::int64_t generation, std::string_view id) {
  database.run("DELETE FROM undo WHERE generation = ?1 AND distinct_id = ?2", generation, id);
}

std::vector<std::pair<std::string, Undo>> load_undo_of_session(Database& database, std::int64_t generation,
                                                               std::int64_t session_ref) {
  std::vector<std::pair<std::string, Undo>> rows;
  auto query = database.query(
      "SELECT distinct_id, session_ref, change, properties, entered_at, member_session_ref, below FROM undo "
      "WHERE session_ref = ?2 AND generation = ?1 ORDER BY distinct_id",
      generation, session_ref);
  while (query.next()) rows.emplace_back(query.text(0), read_undo(query, 1));
  return rows;
}

void for_each_undo_id(Database& database, std::int64_t generation, std::int64_t session_ref,
                      const std::function<void(std::string_view)>& visit) {
  auto query = database.query("SELECT distinct_id FROM undo WHERE session_ref = ?1 AND generation = ?2",
                              session_ref, generation);
  while (query.next()) visit(query.text(0));
}

RowChunk<MemberState> load_members_from(Database& database, std::int64_t generation, std::string_view from,
                                        std::size_t count) {
  RowChunk<MemberState> chunk;
  auto query = database.query(
      "SELECT distinct_id, properties, entered_at, session_ref FROM member "
      "WHERE generation = ?1 AND distinct_id >= ?2 ORDER BY distinct_id LIMIT ?3",
      generation, from, count);
  while (query.next()) chunk.emplace_back(query.text(0), read_member(query, 1));
  return chunk;
}

RowChunk<Undo> load_undo_from(Database& database, std::int64_t generation, std::string_view from,
                              std::size_t count) {
  RowChunk<Undo> chunk;
  auto query = database.query(
      "SELECT distinct_id, session_ref, change, properties, entered_at, member_session_ref, below FROM undo "
      "WHERE generation = ?1 AND distinct_id >= ?2 ORDER BY distinct_id LIMIT ?3",
      generation, from, count);
  while (query.next()) chunk.emplace_back(query.text(0), read_undo(query, 1));
  return chunk;
}

}  // namespace bellwether::mirror
