#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "net/http.hpp"
#include "storage/database.hpp"
#include "subscriber/options.hpp"

/// What was refused as wrong, kept for a while so that a sender can be told what was wrong with it.
namespace bellwether::subscriber::rejected_requests {

struct RejectedRequest {
  std::int64_t id = 0;
  Timestamp at;
  std::string path;
  std::string peer;
  unsigned status = 400;
  std::string reason;
  std::string headers;          ///< a JSON object; secrets are left out
  std::string body;             ///< as much as is kept, any bytes
  std::int64_t body_bytes = 0;  ///< as much as came
};

/// Cuts the body and leaves out the values of headers that may hold secrets. `head` may be null.
RejectedRequest make_rejected_request(const net::RequestHead* head, std::string_view body, unsigned status,
                                      std::string reason, const RejectedRequestLimits& limits, Timestamp now);

/// In the writer's transaction; drops the oldest beyond the limits.
void store(storage::Database& database, const RejectedRequest& reject, const RejectedRequestLimits& limits);

/// Newest first.
std::vector<RejectedRequest> list(storage::Database& database, std::optional<std::int64_t> before_id,
                                  std::size_t limit);

}  // namespace bellwether::subscriber::rejected_requests
