#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bellwether::ingestion {

/// Why a record was not taken, as metrics count it.
enum class Reason : std::uint8_t {
  kJson,         ///< it is not JSON
  kToken,        ///< it names no project
  kCredentials,  ///< of a whole request
  kRequest,      ///< a whole request: too large, too slow, not HTTP
  kName,         ///< the event's name
  kProperties,   ///< there are none
  kTime,
  kId,  ///< whose it is
  kInsertId,
  kLimit,      ///< too large, too deep, too many
  kOperation,  ///< of a profile update
  kEngine,     ///< the event engine refuses a value in it
  kRepaired,   ///< it was taken, without a value that cannot be stored
};

constexpr std::string_view to_string(Reason reason) {
  constexpr std::array<std::string_view, 13> kNames{
      "json", "token",     "credentials", "request",   "name",   "properties", "time",
      "id",   "insert_id", "limit",       "operation", "engine", "repaired"};
  return kNames[static_cast<std::size_t>(reason)];
}

/// A record that was not taken as it was sent.
struct Rejection {
  std::size_t index = 0;  ///< in its request
  Reason reason = Reason::kJson;
  std::string project_id;  ///< empty: not known
  std::string insert_id;   ///< of an event
  std::string field;       ///< "properties.time"; empty: the record as a whole
  std::string message;
  std::string record;  ///< its beginning, as it was read
};

/// How much of a rejected record is kept, in bytes.
inline constexpr std::size_t kKeptOfRejected = 1024;

}  // namespace bellwether::ingestion
