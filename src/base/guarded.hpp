#pragma once

#include <exception>
#include <string_view>

#include "base/log.hpp"

namespace bellwether {

/// Runs one round of a thread's loop. Whatever it throws (no memory, too) is logged and does not end the
/// thread, and with it the process. False when it threw: the caller should pause before the next round.
/// `what` says for people what did not work, as in "the schedule cannot be read".
template <typename Round>
bool guarded(std::string_view what, Round&& round) noexcept {
  const auto tell = [&](const char* why) noexcept {
    try {
      log::error(what, {{"error", why}});
    } catch (...) {  // NOLINT(bugprone-empty-catch): there is not even memory for a line
    }
  };
  try {
    round();
    return true;
  } catch (const std::exception& error) {
    tell(error.what());
  } catch (...) {
    tell("an unknown exception");
  }
  return false;
}

}  // namespace bellwether
