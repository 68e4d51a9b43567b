#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
  std::vector<ProfileUpdate> updates;  ///< those that read
  std::vector<std::string> refused;    ///< why the others do not
};

/// Fails when the body is not JSON.
std::expected<ProfileBatch, std::string> decode_profile_updates(
    std::string_view body,
    const std::function<std::optional<std::string>(std::string_view)>& project_of_token);

/// A profile's properties after an update, as a JSON object; empty when there is no profile. Operations that
/// do not fit what is there ($add to a text, $append to something that is no list) leave it as it is.
std::string updated_profile(std::string_view document, const ProfileUpdate& update);

}  // namespace bellwether::ingestion
