#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "net/http_client.hpp"

namespace bellwether::conformance {

using Members = std::set<std::string>;

/// A page of a list of members, as it was read.
struct MemberList {
  Members ids;
  std::optional<std::string> next = {};  ///< `after` of the next page
};

/// Reads JSON (an array of ids or of objects, alone or under "data" or "members"), NDJSON (objects or ids) or
/// CSV with a heading. An object's or line's id is its `mixpanel_distinct_id`, `distinct_id` or `id`, or, of
/// a CSV, its first column.
Result<MemberList> read_members(std::string_view body, std::string_view media_type);

/// Where the endpoint says who is in a cohort.
class MembershipReader {
 public:
  struct Options {
    std::string url;  ///< with {project} and {cohort}
    std::vector<net::Header> headers = {};
    std::string ca_file = {};
  };

  explicit MembershipReader(Options options);
  /// 404 is an empty cohort.
  Result<Members> read(std::string_view project, std::string_view cohort);

 private:
  Options options_;
  net::HttpClient client_;
};

}  // namespace bellwether::conformance
