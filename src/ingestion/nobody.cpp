#include "ingestion/nobody.hpp"

#include <algorithm>
#include <array>

namespace bellwether::ingestion {

namespace {

constexpr std::array<std::string_view, 17> kNobody{"00000000-0000-0000-0000-000000000000",
                                                   "anon",
                                                   "anonymous",
                                                   "nil",
                                                   "none",
                                                   "null",
                                                   "n/a",
                                                   "na",
                                                   "undefined",
                                                   "unknown",
                                                   "<nil>",
                                                   "0",
                                                   "-1",
                                                   "true",
                                                   "false",
                                                   "[]",
                                                   "{}"};

bool same_in_any_case(std::string_view id, std::string_view lower) {
  return std::ranges::equal(
      id, lower, [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b; });
}

}  // namespace

bool means_nobody(std::string_view id) {
  if (id.size() > kNobody[0].size()) return false;
  return std::ranges::any_of(kNobody, [&](std::string_view none) { return same_in_any_case(id, none); });
}

}  // namespace bellwether::ingestion
