#pragma once

#include <optional>

#include "base/json_writer.hpp"
#include "mirror/views.hpp"
#include "subscriber/api/call.hpp"

namespace bellwether::subscriber {

/// `{"distinct_id", "properties", "entered_at", "session_id"}`
void render_member(JsonWriter& json, const mirror::MemberView& member);

/// A time, or null.
void render_time(JsonWriter& json, const std::optional<Timestamp>& at);

/// Segments 2 and 3 of the path name a cohort that is not mirrored.
std::unexpected<ApiError> unknown_cohort(const Call& call);

}  // namespace bellwether::subscriber
