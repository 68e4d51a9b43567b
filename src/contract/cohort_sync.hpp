#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/decode_error.hpp"
#include "contract/page_digest.hpp"

/// One POST of a cohort sync, `POST /mixpanel/cohort-sync`:
///
///     {"action": "add_members",
///      "parameters": {"mixpanel_project_id": "8", "mixpanel_cohort_id": "12",
///                     "mixpanel_cohort_name": "Trial", "mixpanel_session_id": "5f3a",
///                     "page_info": {"total_pages": 2, "page_count": 1},
///                     "members": [{"mixpanel_distinct_id": "ann", "email": "ann@example.com"}]}}
///
/// Decoding checks the whole of the body. The members stay as the bytes that came:
/// `MemberReader` walks them again when they are merged.
namespace bellwether::contract {

enum class Action : std::uint8_t { kMembers, kAddMembers, kRemoveMembers };

/// The actions in words, for messages.
inline constexpr std::string_view kActions = "\"members\", \"add_members\" or \"remove_members\"";

/// The others are differences.
constexpr bool is_full_load(Action action) {
  return action == Action::kMembers;
}

std::string_view to_string(Action action);
std::optional<Action> parse_action(std::string_view name);

struct CohortPage {
  Action action = Action::kMembers;
  std::string project_id;
  std::string cohort_id;
  std::string session_id;
  std::optional<std::string> cohort_name;
  std::optional<std::string> cohort_description;
  std::uint32_t total_pages = 1;          ///< 0: the message does not number its pages
  std::uint32_t page_count = 1;           ///< this page's index, from 1
  std::size_t member_count = 0;           ///< those that have an id
  std::string members_json;               ///< the `members` array, byte for byte
  PageDigest ids;                         ///< of the set of the members' ids
  PageDigest content;                     ///< of `members_json`
  std::vector<std::size_t> skipped = {};  ///< places in the array of members without an id

  bool is_numbered() const { return total_pages > 0; }
};

/// Takes whatever a membership can be read from: docs/receiving.md has the table. Ids and page numbers may be JSON
/// numbers or strings; a `page_info` that is missing or makes no sense leaves the page unnumbered; the parameters may
/// stand at the top level. Refuses what says no membership: no action, project, cohort, session or members.
std::expected<CohortPage, DecodeError> decode_cohort_page(std::string_view body, const DecodeLimits& limits);

/// Sets what `decode_cohort_page` reads from the members, for a page that is put together here.
void digest_members(CohortPage& page);

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
