#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingestion/limits.hpp"

/// What `/engage` says of a profile: `{"$token": …, "$distinct_id": "ann", "$set": {"plan": "pro"}}`, one or
/// an array. Within one update the operations are applied in the order of `Operation::Kind`.
namespace bellwether::ingestion {

struct Operation {
  enum class Kind : std::uint8_t {
    kSet,      ///< {name: value}
    kSetOnce,  ///< {name: value}: only what is not set yet
    kAdd,      ///< {name: number}: to the number that is there, or to 0
    kAppend,   ///< {name: value}: to the end of the list
    kUnion,    ///< {name: [value, …]}: to the list, what it does not hold yet
    kRemove,   ///< {name: value}: from the list, wherever it is
    kUnset,    ///< [name, …]
    kDelete,   ///< the whole profile
  };
  Kind kind;
  std::string argument;  ///< JSON
};

struct ProfileUpdate {
  std::string project_id;
  std::string distinct_id;
  std::vector<Operation> operations;
};

struct ProfileBatch {
  std::vector<ProfileUpdate> updates;  ///< those that are right
  std::vector<std::string> refused;    ///< why the others are not
};

/// Fails when the body is not JSON, or holds more updates than allowed. An update over a limit is refused
/// alone.
std::expected<ProfileBatch, std::string> decode_profile_updates(
    std::string_view body,
    const std::function<std::optional<std::string>(std::string_view)>& project_of_token,
    const ProfileLimits& limits = {});

}  // namespace bellwether::ingestion
