#pragma once

#include <functional>

namespace bellwether::net {

/// Runs a task soon on another thread, beside the network threads; tasks begin in the order in which they come.
/// False, with nothing taken, when too many wait.
using Offload = std::function<bool(std::move_only_function<void()>&&)>;

}  // namespace bellwether::net
