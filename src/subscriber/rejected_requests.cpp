#include "subscriber/rejected_requests.hpp"

#include "base/encoding.hpp"
#include "subscriber/kept_headers.hpp"
#include "subscriber/newest_rows.hpp"

namespace bellwether::subscriber::rejected_requests {

namespace {

using storage::Database;

constexpr std::size_t kHeaderBytes = 1024;

}  // namespace

RejectedRequest make_rejected_request(const net::RequestHead* head, std::string_view body, unsigned status,
                                      std::string reason, const RejectedRequestLimits& limits,
                                      Timestamp now) {
  RejectedRequest reject;
  reject.at = now;
  if (head != nullptr) {
    reject.path = for_message(head->path, kHeaderBytes);
    reject.peer = head->peer;
  }
  reject.status = status;
  reject.reason = std::move(reason);
  reject.headers = encode_headers(head);
  reject.body = body.substr(0, limits.body_bytes);
  reject.body_bytes = static_cast<std::int64_t>(body.size());
  return reject;
}

void store(Database& database, const RejectedRequest& reject, const RejectedRequestLimits& limits) {
  database.run(
      "INSERT INTO reject (at, path, peer, status, reason, headers, body, body_bytes) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
      to_unix_ms(reject.at), reject.path, reject.peer, static_cast<int>(reject.status), reject.reason,
      reject.headers, storage::Blob{reject.body}, reject.body_bytes);
  database.run(DELETE_ALL_BUT_NEWEST("reject"), limits.count, limits.bytes);
}

std::vector<RejectedRequest> list(Database& database, std::optional<std::int64_t> before_id,
                                  std::size_t limit) {
  std::vector<RejectedRequest> found;
  auto query = database.query(
      "SELECT id, at, path, peer, status, reason, headers, body, body_bytes FROM reject "
      "WHERE ?1 IS NULL OR id < ?1 ORDER BY id DESC LIMIT ?2",
      before_id, limit);
  while (query.next()) {
    found.push_back({.id = query.integer(0),
                     .at = from_unix_ms(query.integer(1)),
                     .path = std::string(query.text(2)),
                     .peer = std::string(query.text(3)),
                     .status = static_cast<unsigned>(query.integer(4)),
                     .reason = std::string(query.text(5)),
                     .headers = std::string(query.text(6)),
                     .body = std::string(query.text(7)),
                     .body_bytes = query.integer(8)});
  }
  return found;
}

}  // namespace bellwether::subscriber::rejected_requests
