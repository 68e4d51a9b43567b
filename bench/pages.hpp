#pragma once

#include <cstdint>
#include <string>

#include <fmt/format.h>

/// Pages of members as a sender would make them, about 120 bytes a member.
namespace bellwether::bench {

/// Ids in no order, as hashed ids come.
inline std::string member_id(std::uint64_t number) {
  std::uint64_t mixed = number + 0x9e3779b97f4a7c15ULL;
  mixed = (mixed ^ mixed >> 30U) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ mixed >> 27U) * 0x94d049bb133111ebULL;
  return fmt::format("{:016x}", mixed ^ mixed >> 31U);
}

inline std::string member_properties(std::uint64_t number) {
  return fmt::format(
      R"({{"email":"user{0}@example.com","first_name":"User","last_name":"Number {0}","plan":"free"}})",
      number);
}

inline std::string members_json(std::uint64_t first, std::uint64_t count) {
  std::string out = "[";
  for (std::uint64_t i = first; i < first + count; ++i) {
    const std::string properties = member_properties(i);
    out += fmt::format(R"({}{{"mixpanel_distinct_id":"{}",{})", i == first ? "" : ",", member_id(i),
                       std::string_view(properties).substr(1));
  }
  return out + "]";
}

struct PageOf {
  std::string action = "add_members";
  std::string cohort = "1";
  std::string session;
  std::uint64_t page = 1;
  std::uint64_t total = 1;
};

inline std::string page_body(const PageOf& page, const std::string& members) {
  return fmt::format(
      R"({{"action":"{}","parameters":{{"mixpanel_project_id":"1","mixpanel_cohort_id":"{}","mixpanel_cohort_name":"Bench",)"
      R"("mixpanel_session_id":"{}","page_info":{{"total_pages":{},"page_count":{}}},"members":{}}}}})",
      page.action, page.cohort, page.session, page.total, page.page, members);
}

}  // namespace bellwether::bench
