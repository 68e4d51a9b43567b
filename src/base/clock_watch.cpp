#include "base/clock_watch.hpp"

namespace bellwether {

namespace {

Millis passed(ClockWatch::Steady::time_point from, ClockWatch::Steady::time_point to) {
  return std::chrono::duration_cast<Millis>(to - from);
}

}  // namespace

std::optional<Timestamp> ClockWatch::look(Timestamp now, Steady::time_point steady) {
  if (last_ && looked_) *last_ += passed(*looked_, steady);
  looked_ = steady;
  const bool agrees = last_ && now <= *last_ + rules_.step;
  if (agrees || has_settled(now, steady)) {
    last_ = now;
    jump_.reset();
  }
  return last_;
}

/// Whether the clock has stayed where it jumped to, or gone back from there by less than `step`.
bool ClockWatch::has_settled(Timestamp now, Steady::time_point steady) {
  if (jump_) {
    const Timestamp expected = jump_->to + passed(jump_->looked, steady);
    const bool stayed = now <= expected + rules_.step && now >= expected - rules_.step;
    if (!stayed) jump_.reset();
  }
  if (!jump_) jump_ = Jump{now, steady, steady};
  jump_->to = now;
  jump_->looked = steady;
  return passed(jump_->since, steady) >= rules_.settle;
}

}  // namespace bellwether
