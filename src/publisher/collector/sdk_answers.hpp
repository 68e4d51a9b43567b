#pragma once

#include <optional>
#include <string_view>

#include "net/http.hpp"

namespace bellwether::publisher {

/// What an SDK asks besides sending events, answered so that it stays quiet: there are no feature flags, no settings
/// from afar, no messages to show, and recordings of sessions are not kept. No value for other paths. `path` has no
/// '/' at its end.
std::optional<net::Response> sdk_answer(std::string_view path);

/// "/flags" for "/flags/7/first-time-events"; empty for other paths. For metrics.
std::string_view sdk_question(std::string_view path);

}  // namespace bellwether::publisher
