#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "contract/cohort_sync.hpp"

/// The messages that the suite sends: right ones, and ones that are wrong in one place.
namespace bellwether::conformance {

struct Member {
  std::string id;
  std::string properties = {};  ///< JSON, `"plan": "pro"`, without braces; empty: none
};

struct Page {
  contract::Action action = contract::Action::kMembers;
  std::string project;
  std::string cohort;
  std::string session;
  std::uint32_t total = 1;
  std::uint32_t count = 1;
  std::vector<Member> members = {};
  std::string_view without = {};  ///< this field is left out, wherever it stands
  std::string_view extra = {};    ///< JSON fields beside the others: `"new_field": 1`
  bool numeric_ids = false;       ///< project and cohort as JSON numbers
};
std::string encode(const Page& page);

/// `count` members from `first` on: "member-7", …
std::vector<Member> members(std::size_t first, std::size_t count);

struct AlertNote {
  std::string project;
  std::string name = "Bellwether check";
  std::string sentence = "above 0";
  std::string event_type = "custom_alert_triggered";
  std::string threshold = "0";  ///< JSON
  std::string current_value = "20,000";
  std::string_view without = {};
  std::string_view extra = {};
};
std::string encode(const AlertNote& note);

}  // namespace bellwether::conformance
