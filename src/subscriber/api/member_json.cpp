#include "subscriber/api/member_json.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "subscriber/api/call.hpp"

namespace bellwether::subscriber {

void render_member(JsonWriter& json, const mirror::MemberView& member) {
  json.begin_object().key("distinct_id").value(member.distinct_id).key("properties").raw(member.properties);
  json.key("entered_at").value(format_iso8601(member.entered_at)).key("session_id");
  optional_value(json, member.session_id);
  json.end_object();
}

void render_time(JsonWriter& json, const std::optional<Timestamp>& at) {
  if (at) {
    json.value(format_iso8601(*at));
  } else {
    json.null();
  }
}

std::unexpected<ApiError> unknown_cohort(const Call& call) {
  return api_error(404, "not_found",
                   fmt::format("no page of cohort {} of project {} has come yet", for_message(call.path[3]),
                               for_message(call.path[2])));
}

}  // namespace bellwether::subscriber
