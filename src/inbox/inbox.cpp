#include "inbox/inbox.hpp"

#include <array>

#include <openssl/sha.h>

#include "feed/feed.hpp"

namespace bellwether::inbox {

namespace {

using storage::Database;
using storage::Query;

#define SELECT_ALERT                                                                                   \
  "SELECT id, received_at, project_id, alert_id, name, fired_at, report_type, report_name, sentence, " \
  "payload, is_unknown FROM alert "

std::string digest_of(std::string_view payload) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(payload.data()), payload.size(), digest.data());
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::optional<std::int64_t> find_by_digest(Database& database, const std::string& digest) {
  auto query = database.query("SELECT id FROM alert WHERE digest = ?1", storage::Blob{digest});
  if (!query.next()) return std::nullopt;
  return query.integer(0);
}

StoredAlert read(const Query& query) {
  StoredAlert stored;
  stored.id = query.integer(0);
  stored.received_at = from_unix_ms(query.integer(1));
  stored.alert.project_id = query.optional_text(2);
  stored.alert.alert_id = query.optional_text(3);
  stored.alert.alert_name = query.optional_text(4);
  stored.alert.fired_at = query.optional_text(5);
  stored.alert.report_type = query.optional_text(6);
  stored.alert.report_name = query.optional_text(7);
  stored.alert.sentence = query.optional_text(8);
  stored.payload = query.text(9);
  stored.alert.is_unknown = query.integer(10) != 0;
  stored.test = stored.alert.is_test();
  return stored;
}

std::optional<std::int64_t> to_ms(const std::optional<Timestamp>& at) {
  if (!at) return std::nullopt;
  return to_unix_ms(*at);
}

void publish(Database& database, const contract::CustomAlert& alert, std::int64_t id, Timestamp now) {
  feed::BatchWriter batch(database);
  batch.add(database, feed::Kind::kAlert, std::to_string(id));
  batch.flush(database);
  feed::publish(database, batch, {alert.project_id.value_or(""), "", ""}, now);
}

}  // namespace

Stored store(Database& database, const contract::CustomAlert& alert, std::string_view payload,
             Timestamp now) {
  const std::string digest = digest_of(payload);
  if (const auto known = find_by_digest(database, digest)) return {*known, true};
  const auto fired_at = alert.fired_at ? parse_iso8601(*alert.fired_at) : std::nullopt;
  database.run(
      "INSERT INTO alert (digest, received_at, at, project_id, alert_id, name, fired_at, report_type, "
      "report_name, sentence, payload, is_unknown) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
      storage::Blob{digest}, to_unix_ms(now), to_unix_ms(fired_at.value_or(now)), alert.project_id,
      alert.alert_id, alert.alert_name, alert.fired_at, alert.report_type, alert.report_name, alert.sentence,
      payload, alert.is_unknown);
  const std::int64_t id = database.last_insert_id();
  publish(database, alert, id, now);
  return {id, false};
}

std::vector<StoredAlert> list(Database& database, const Filter& filter, std::size_t limit) {
  std::vector<StoredAlert> alerts;
  auto query = database.query(SELECT_ALERT
                              "WHERE (?1 IS NULL OR project_id = ?1) AND (?2 IS NULL OR alert_id = ?2) "
                              "AND (?3 IS NULL OR report_type = ?3) AND (?4 IS NULL OR at >= ?4) "
                              "AND (?5 IS NULL OR at < ?5) AND (?6 IS NULL OR id < ?6) ORDER BY id DESC "
                              "LIMIT ?7",
                              filter.project_id, filter.alert_id, filter.report_type, to_ms(filter.from),
                              to_ms(filter.until), filter.before_id, limit);
  while (query.next()) alerts.push_back(read(query));
  return alerts;
}

std::optional<StoredAlert> find(Database& database, std::int64_t id) {
  auto query = database.query(SELECT_ALERT "WHERE id = ?1", id);
  if (!query.next()) return std::nullopt;
  return read(query);
}

std::size_t trim(Database& database, Timestamp before, std::size_t most) {
  database.run(
      "DELETE FROM alert WHERE id IN (SELECT id FROM alert WHERE received_at < ?1 ORDER BY received_at "
      "LIMIT ?2)",
      to_unix_ms(before), most);
  return static_cast<std::size_t>(database.changed_rows());
}

}  // namespace bellwether::inbox
