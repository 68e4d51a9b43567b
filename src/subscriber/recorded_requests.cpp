#include "subscriber/recorded_requests.hpp"

#include "base/encoding.hpp"
#include "base/json_writer.hpp"
#include "base/utf8.hpp"
#include "subscriber/kept_headers.hpp"
#include "subscriber/newest_rows.hpp"

namespace bellwether::subscriber::recorded_requests {

namespace {

using storage::Database;

constexpr std::int64_t kMostRequests = 10'000;
/// Counting what there is takes longer than storing one.
constexpr std::int64_t kTrimEvery = 16;

}  // namespace

RecordedRequest make_recorded_request(const net::RequestHead& head, std::string_view body, unsigned status,
                                      Timestamp now) {
  return {now, head.path, encode_headers(&head), status, std::string(body)};
}

void store(Database& database, const RecordedRequest& request, std::size_t most_bytes) {
  database.run("INSERT INTO recorded_request (at, path, headers, status, body) VALUES (?1, ?2, ?3, ?4, ?5)",
               to_unix_ms(request.at), request.path, request.headers, static_cast<int>(request.status),
               storage::Blob{request.body});
  const bool is_large = request.body.size() * static_cast<std::size_t>(kTrimEvery) > most_bytes;
  if (database.last_insert_id() % kTrimEvery != 0 && !is_large) return;
  database.run(DELETE_ALL_BUT_NEWEST("recorded_request"), kMostRequests, most_bytes);
}

void for_each(Database& database, const std::function<void(const RecordedRequest&)>& visit) {
  auto query = database.query("SELECT at, path, headers, status, body FROM recorded_request ORDER BY id");
  while (query.next()) {
    visit({from_unix_ms(query.integer(0)), std::string(query.text(1)), std::string(query.text(2)),
           static_cast<unsigned>(query.integer(3)), std::string(query.text(4))});
  }
}

std::string to_json(const RecordedRequest& request) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("at").value(format_iso8601(request.at)).key("path").value(request.path);
  json.key("status").value(request.status).key("headers").raw(request.headers);
  if (is_utf8(request.body)) {
    json.key("body").value(request.body);
  } else {
    json.key("body_base64").value(to_base64(request.body));
  }
  json.end_object();
  return out;
}

}  // namespace bellwether::subscriber::recorded_requests
