#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "contract/alert.hpp"
#include "storage/database.hpp"

/// The inbox of alerts: every firing that was received, whole, once, with the columns that one filters by.
///
/// A firing is the same as another when alert id, time and payload are: the sender tries again after an
/// answer that it did not get. The payload holds the other two, so its digest is the key.
namespace bellwether::inbox {

struct Stored {
  std::int64_t id = 0;
  bool duplicate = false;
};

/// Stores the firing and publishes it in the feed; a duplicate changes nothing. In the writer's transaction.
Stored store(storage::Database& database, const contract::CustomAlert& alert, std::string_view payload,
             Timestamp now);

struct StoredAlert {
  std::int64_t id = 0;
  Timestamp received_at;
  contract::CustomAlert alert;
  bool test = false;
  std::string payload;  ///< the body, byte for byte: JSON, or nothing for an empty message
};

struct Filter {
  std::optional<std::string> project_id;
  std::optional<std::string> alert_id;
  std::optional<std::string> report_type;
  std::optional<Timestamp> from;   ///< fired at or after; by arrival where `fired_at` does not read
  std::optional<Timestamp> until;  ///< fired before
  std::optional<std::int64_t> before_id;
};

/// Newest first.
std::vector<StoredAlert> list(storage::Database& database, const Filter& filter, std::size_t limit);
std::optional<StoredAlert> find(storage::Database& database, std::int64_t id);

/// Drops what was received before `before`, at most `most` at a time. Returns how many went.
std::size_t trim(storage::Database& database, Timestamp before, std::size_t most);

}  // namespace bellwether::inbox
