#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "contract/decode_error.hpp"

/// One POST of a cohort sync, `POST /mixpanel/cohort-sync`:
///
///     {"action": "add_members",
///      "parameters": {"mixpanel_project_id": "8", "mixpanel_cohort_id": "12",
///                     "mixpanel_cohort_name": "Trial", "mixpanel_session_id": "5f3a",
///                     "page_info": {"total_pages": 2, "page_count": 1},
///                     "members": [{"mixpanel_distinct_id": "ann", "email": "ann@example.com"}]}}
///
/// Decoding checks the whole of the body against the contract. The members stay as the bytes that came:
/// `MemberReader` walks them again when they are merged.
namespace bellwether::contract {

enum class Action : std::uint8_t { kMembers, kAddMembers, kRemoveMembers };

/// The actions in words, for messages.
inline constexpr std::string_view kActions = "\"members\", \"add_members\" or \"remove_members\"";

std::string_view to_string(Action action);
std::optional<Action> parse_action(std::string_view name);

struct CohortPage {
  Action action = Action::kMembers;
  std::string project_id;
  std::string cohort_id;
  std::string session_id;
  std::optional<std::string> cohort_name;
  std::optional<std::string> cohort_description;
  std::uint32_t total_pages = 1;  ///< 1 or more
  std::uint32_t page_count = 1;   ///< this page's index, from 1
  std::size_t member_count = 0;
  std::string members_json;  ///< the `members` array, byte for byte
};

/// Ids that come as JSON integers are taken as their decimal digits. A `page_info` that names neither number
/// is page 1 of 1.
std::expected<CohortPage, DecodeError> decode_cohort_page(std::string_view body, const DecodeLimits& limits);

/// The action of a body that may be wrong otherwise, for the echo in a failure answer.
std::optional<Action> find_action(std::string_view body);

/// The page as it goes out.
std::string encode_cohort_page(const CohortPage& page);

/// `{"action": …, "status": "success"}`
std::string encode_success(Action action);

/// `{"action": …, "status": "failure", "error": {"message": …, "code": …}}`; without `action` when it is not
/// known.
std::string encode_failure(std::optional<Action> action, unsigned code, std::string_view message);

}  // namespace bellwether::contract
