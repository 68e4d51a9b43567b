#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingestion/limits.hpp"
#include "ingestion/rejection.hpp"

/// What `/engage` says of a person's profile, and `/groups` of a group's, one update or an array:
///
///     {"$token": …, "$distinct_id": "ann", "$set": {"plan": "pro"}}
///     {"$token": …, "$group_key": "company", "$group_id": "acme", "$set": {"plan": "pro"}}
///
/// Within one update the operations are applied in the order of `Operation::Kind`.
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
  std::string group_key;  ///< "company"; empty: the profile is a person's
  std::string id;         ///< the distinct id, or which of the groups
  std::vector<Operation> operations;
};

struct ProfileBatch {
  std::vector<ProfileUpdate> updates;  ///< those that are right
  std::vector<Rejection> rejected;
  std::vector<Rejection> repaired;  ///< taken, but for a value that cannot be stored
};

enum class ProfilesOf : std::uint8_t { kPeople, kGroups };

struct ProfileSource {
  ProfilesOf of = ProfilesOf::kPeople;
  /// The project of a token; no value for one that nobody has.
  std::function<std::optional<std::string>(std::string_view token)> project_of_token;
  ProfileLimits limits = {};
};

/// What is wrong costs its own update and no other, and where it can be, its own value (json_repair.hpp). Fails when
/// nothing in the body can be read, or when it holds more updates than allowed.
std::expected<ProfileBatch, std::string> decode_profile_updates(std::string_view body,
                                                                const ProfileSource& source);

}  // namespace bellwether::ingestion
