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

/// Events as Mixpanel's SDKs and exports write them, decoded into rows of the event table.
///
///     {"event": "Purchase",
///      "properties": {"time": 1700000000, "distinct_id": "ann", "$insert_id": "5f3a", …}}
///
/// `time` is in seconds or milliseconds; a time to come becomes now. Who did it is `distinct_id`, else
/// `$user_id`, else `$device:` and `$device_id`. Events equal in (event, time, distinct_id, $insert_id) are
/// one.
namespace bellwether::ingestion {

struct EventSource {
  /// The project of a token; no value for one that nobody has. Null: all events are of `project_id`.
  std::function<std::optional<std::string>(std::string_view token)> project_of_token;
  std::string project_id;
  bool strict = false;  ///< time, distinct_id and $insert_id must be there
  Timestamp now;
  EventLimits limits = {};
};

/// An event that was not taken.
struct FailedRecord {
  std::size_t index = 0;
  std::string insert_id;
  std::string field;  ///< "properties.time"
  std::string message;
};

/// What one request holds.
struct EventBatch {
  std::string rows;  ///< for events::sql::kInsertEvents, a line each
  std::size_t events = 0;
  std::vector<IdentityLink> links;
  std::vector<FailedRecord> failed;
};

/// `body` is one event, an array of events, or a line an event. Fails when it is not JSON at all, or holds
/// more events than allowed.
std::expected<EventBatch, std::string> decode_events(std::string_view body, const EventSource& source);

/// Seconds or milliseconds since 1970, told apart by their size: whole seconds reach the year 5138 first.
std::optional<Timestamp> read_event_time(double number);

}  // namespace bellwether::ingestion
