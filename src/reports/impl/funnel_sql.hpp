#pragma once

#include <string>

#include "reports/definition.hpp"

/// The state machines of a funnel as SQL over a person's moments, the array `moments` of (at, done: bits of
/// steps, broken: bits of exclusions, inside: whether an attempt may begin), in order of time.
namespace bellwether::reports::impl {

/// Array(Int64): for each step that the person reached, in ms, how long after the first it was. By the
/// engine's windowFunnel, which cannot tell times, so they are 0.
std::string reached_by_window_funnel(const Funnel& funnel);
std::string reached_in_order(const Funnel& funnel);
std::string reached_in_any_order(const Funnel& funnel);

/// Array((start, durations)): attempts one after another.
std::string attempts_in_order(const Funnel& funnel);
std::string attempts_in_any_order(const Funnel& funnel);

}  // namespace bellwether::reports::impl
