#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "ingestion/identity.hpp"
#include "ingestion/limits.hpp"
#include "ingestion/rejection.hpp"

/// Events as Mixpanel's SDKs and exports write them, decoded into rows of the event table.
///
///     {"event": "Purchase",
///      "properties": {"time": 1700000000, "distinct_id": "ann", "$insert_id": "5f3a", …}}
///
/// `time` is in seconds or milliseconds; a time to come becomes now. Who did it is `distinct_id`, else
/// `$user_id`, else `$device:` and `$device_id`; an id that means nobody (nobody.hpp) is none. Events equal in
/// (event, time, distinct_id, $insert_id) are one.
namespace bellwether::ingestion {

struct EventSource {
  /// The project of a token; no value for one that nobody has. Null: all events are of `project_id`.
  std::function<std::optional<std::string>(std::string_view token)> project_of_token;
  std::string project_id;
  /// As /import judges: time, distinct_id and $insert_id must be there and right, `limits.strict_shape` holds.
  bool strict = false;
  Timestamp now;
  EventLimits limits = {};
};

/// What one request holds.
struct EventBatch {
  std::string rows;  ///< for events::sql::kInsertEvents, a line each
  std::size_t events = 0;
  std::vector<IdentityLink> links;
  std::vector<Rejection> rejected;  ///< in the order of the request
  std::vector<Rejection> repaired;  ///< taken, but for a value that cannot be stored
};

/// `body` is one event, an array of events, or a line an event. What is wrong costs its own record and no other, and
/// where it can be, its own value (json_repair.hpp). Fails when nothing in it can be read, or when it holds more events
/// than allowed.
std::expected<EventBatch, std::string> decode_events(std::string_view body, const EventSource& source);

/// Seconds or milliseconds since 1970, told apart by their size: whole seconds reach the year 5138 first.
std::optional<Timestamp> read_event_time(double number);

}  // namespace bellwether::ingestion
