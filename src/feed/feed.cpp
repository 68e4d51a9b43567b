#include "feed/feed.hpp"

#include <boost/json.hpp>

#include "base/json_writer.hpp"

namespace bellwether::feed {

namespace {

constexpr std::int64_t kBlockEntries = 1000;

std::vector<Entry> decode_block(std::string_view text) {
  std::vector<Entry> entries;
  const boost::json::value block = boost::json::parse(text);
  for (const auto& item : block.as_array()) {
    const std::string_view coded = item.as_string();
    entries.push_back({static_cast<Kind>(coded.front()), std::string(coded.substr(1))});
  }
  return entries;
}

/// Appends the changes of one published batch behind `after`, until `limit` is reached.
void read_batch(storage::Database& database, const storage::Query& batch, std::int64_t after,
                std::size_t limit, std::vector<Change>& out) {
  const std::int64_t first = batch.integer(0);
  const Timestamp at = from_unix_ms(batch.integer(2));
  const Origin origin{std::string(batch.text(4)), std::string(batch.text(5)), std::string(batch.text(6))};
  const std::int64_t from_offset = std::max<std::int64_t>(after + 1 - first, 0);
  auto blocks =
      database.query("SELECT first, changes FROM feed_block WHERE batch = ?1 AND first > ?2 ORDER BY first",
                     batch.integer(3), from_offset - kBlockEntries);
  while (out.size() < limit && blocks.next()) {
    std::int64_t offset = blocks.integer(0);
    for (Entry& entry : decode_block(blocks.text(1))) {
      if (offset >= from_offset && out.size() < limit) {
        out.push_back({first + offset, at, origin, entry.kind, std::move(entry.subject)});
      }
      ++offset;
    }
  }
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::kEntered:
      return "entered";
    case Kind::kLeft:
      return "left";
    case Kind::kUpdated:
      return "updated";
    case Kind::kAlert:
      return "alert";
  }
  return "alert";
}

BatchWriter::BatchWriter(storage::Database& database) : batch_(0) {
  auto query = database.query("UPDATE feed_position SET last_batch = last_batch + 1 RETURNING last_batch");
  query.next();
  batch_ = query.integer(0);
  query.next();
}

void BatchWriter::add(storage::Database& database, Kind kind, std::string_view subject) {
  block_ += block_.empty() ? '[' : ',';
  const std::size_t quote = block_.size();
  append_json_string(block_, subject);
  block_.insert(quote + 1, 1, static_cast<char>(kind));
  ++count_;
  if (++in_block_ == kBlockEntries) flush(database);
}

void BatchWriter::flush(storage::Database& database) {
  if (in_block_ == 0) return;
  block_ += ']';
  database.run("INSERT INTO feed_block (batch, first, changes) VALUES (?1, ?2, ?3)", batch_,
               count_ - in_block_, block_);
  block_.clear();
  in_block_ = 0;
}

std::int64_t publish(storage::Database& database, const BatchWriter& batch, const Origin& origin,
                     Timestamp now) {
  const std::int64_t last = last_seq(database);
  if (batch.count() == 0) return last;
  database.run(
      "INSERT INTO feed (first_seq, count, at, batch, project_id, cohort_id, session_id) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
      last + 1, batch.count(), to_unix_ms(now), batch.batch(), origin.project_id, origin.cohort_id,
      origin.session_id);
  database.run("UPDATE feed_position SET last_seq = ?1", last + batch.count());
  return last + batch.count();
}

std::int64_t last_seq(storage::Database& database) {
  auto query = database.query("SELECT last_seq FROM feed_position");
  return query.next() ? query.integer(0) : 0;
}

std::int64_t first_seq(storage::Database& database) {
  auto query = database.query("SELECT min(first_seq) FROM feed");
  if (query.next() && !query.is_null(0)) return query.integer(0);
  return last_seq(database) + 1;
}

std::vector<Change> read(storage::Database& database, std::int64_t after, std::size_t limit) {
  std::vector<Change> out;
  auto batches = database.query(
      "SELECT first_seq, count, at, batch, project_id, cohort_id, session_id FROM feed "
      "WHERE first_seq >= coalesce((SELECT max(first_seq) FROM feed WHERE first_seq <= ?1), 0) "
      "ORDER BY first_seq",
      after + 1);
  while (out.size() < limit && batches.next()) {
    if (batches.integer(0) + batches.integer(1) <= after + 1) continue;
    read_batch(database, batches, after, limit, out);
  }
  return out;
}

std::size_t trim(storage::Database& database, Timestamp before, std::size_t most) {
  // Only ever a prefix goes, whatever the clock did: a feed with a hole would be a feed that lies.
  std::vector<std::pair<std::int64_t, std::int64_t>> old;
  {
    auto query = database.query("SELECT first_seq, batch, at FROM feed ORDER BY first_seq LIMIT ?1", most);
    while (query.next() && query.integer(2) < to_unix_ms(before)) {
      old.emplace_back(query.integer(0), query.integer(1));
    }
  }
  for (const auto& [first, batch] : old) {
    database.run("DELETE FROM feed_block WHERE batch = ?1", batch);
    database.run("DELETE FROM feed WHERE first_seq = ?1", first);
  }
  return old.size();
}

void drop_unpublished(storage::Database& database) {
  database.run(
      "DELETE FROM feed_block WHERE batch IN "
      "(SELECT DISTINCT batch FROM feed_block EXCEPT SELECT batch FROM feed)");
}

}  // namespace bellwether::feed
