#pragma once

#include <string_view>

#include "mirror/session.hpp"

namespace bellwether::subscriber {

/// The one line a session at info: counts and states, nothing of its members.
void log_session(std::string_view project_id, std::string_view cohort_id, const mirror::Session& session);

}  // namespace bellwether::subscriber
