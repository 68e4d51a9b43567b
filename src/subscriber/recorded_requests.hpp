#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/time.hpp"
#include "net/http.hpp"
#include "storage/database.hpp"

/// Requests kept as they came, so that somebody who meets a body that is not understood can send it to us, and we can
/// play it again. Off unless the configuration gives it room: bodies are personal data.
namespace bellwether::subscriber::recorded_requests {

struct RecordedRequest {
  Timestamp at;
  std::string path;
  std::string headers;  ///< a JSON object, without secrets
  unsigned status = 0;  ///< what it was answered
  std::string body;     ///< inflated; any bytes
};

RecordedRequest make_recorded_request(const net::RequestHead& head, std::string_view body, unsigned status,
                                      Timestamp now);

/// In the writer's transaction; drops the oldest when the bodies hold more than `most_bytes`.
void store(storage::Database& database, const RecordedRequest& request, std::size_t most_bytes);

/// The oldest first.
void for_each(storage::Database& database, const std::function<void(const RecordedRequest&)>& visit);

/// One line of JSON: `{"at", "path", "status", "headers", "body" or "body_base64"}`.
std::string to_json(const RecordedRequest& request);

}  // namespace bellwether::subscriber::recorded_requests
