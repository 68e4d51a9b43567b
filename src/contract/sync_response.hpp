#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "contract/cohort_sync.hpp"
#include "contract/decode_error.hpp"

namespace bellwether::contract {

/// What a receiver answered to a page (CohortSyncResponse).
struct SyncResponse {
  Action action = Action::kMembers;
  bool success = false;
  std::optional<std::string> error_message;  ///< only with failure
  std::optional<std::int64_t> error_code;    ///< an HTTP status
};

/// Refuses a body without `action` and `status`, or with values that the contract does not know.
std::expected<SyncResponse, DecodeError> decode_sync_response(std::string_view body,
                                                              const DecodeLimits& limits);

}  // namespace bellwether::contract
