#include "sync/run.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/assertion.hpp"
#include "retry_policy/retry.hpp"

namespace bellwether::sync {

namespace {

/// A clock may be set back by a little at any time.
constexpr Millis kClockSteps = std::chrono::minutes(10);

std::uint32_t pages_for(const Run& run, std::uint64_t members) {
  const std::uint64_t pages = (members + run.page_members - 1) / run.page_members;
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(1, pages));
}

std::uint32_t members_on(const Run& run, std::uint64_t members, std::uint32_t index) {
  const std::uint64_t before = static_cast<std::uint64_t>(index) * run.page_members;
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(run.page_members, members - std::min(members, before)));
}

void retry(Run& run, const retry_policy::Judgement& judgement, Timestamp now, double jitter) {
  const auto pause = retry_policy::next_pause(run.page_attempts, run.paused, jitter, judgement.retry_after);
  if (!pause) {
    finish(run, End::kFailed,
           fmt::format("given up after {} attempts: {}", run.page_attempts, judgement.message), now);
    return;
  }
  run.paused += *pause;
  run.not_before = now + *pause;
  run.message = judgement.message;
}

void delivered(Run& run) {
  run.page += 1;
  run.page_attempts = 0;
  run.paused = Millis(0);
  run.message.clear();
  if (run.page > run.total_pages) run.phase = Phase::kSettling;
}

}  // namespace

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::kFreezing:
      return "freezing";
    case Phase::kSending:
      return "sending";
    case Phase::kSettling:
      return "settling";
    case Phase::kEnded:
      return "ended";
  }
  return "";
}

std::string_view to_string(End end) {
  switch (end) {
    case End::kNone:
      return "running";
    case End::kSucceeded:
      return "succeeded";
    case End::kFailed:
      return "failed";
    case End::kPaused:
      return "paused";
    case End::kStopped:
      return "stopped";
  }
  return "";
}

bool needs_full_load(std::optional<Timestamp> snapshot_at, Timestamp now) {
  // Of one that is still to come (by a clock that was ahead) the age is unknown.
  return !snapshot_at || now - *snapshot_at > kSnapshotAge || *snapshot_at - now > kClockSteps;
}

Slice current_slice(const Run& run) {
  using contract::Action;
  ASSERT(run.page >= 1 && run.page <= run.total_pages);
  const auto slice = [&](Action action, std::uint64_t members, std::uint32_t index) {
    return Slice{action, run.page, run.total_pages, members_on(run, members, index)};
  };
  if (run.full) return slice(Action::kMembers, run.counts.members(), run.page - 1);
  const std::uint32_t adding = pages_for(run, run.counts.entered);
  if (run.page <= adding) return slice(Action::kAddMembers, run.counts.entered, run.page - 1);
  return slice(Action::kRemoveMembers, run.counts.left, run.page - adding - 1);
}

void on_frozen(Run& run, const Counts& counts) {
  ASSERT(run.phase == Phase::kFreezing);
  run.counts = counts;
  run.phase = Phase::kSending;
  run.page = 1;
  run.total_pages = run.full ? pages_for(run, counts.members())
                             : pages_for(run, counts.entered) + pages_for(run, counts.left);
}

void on_answer(Run& run, const retry_policy::Judgement& judgement, Timestamp now, double jitter) {
  ASSERT(run.phase == Phase::kSending);
  run.page_attempts += 1;
  run.attempts += 1;
  switch (judgement.verdict) {
    case retry_policy::Verdict::kDelivered:
      return delivered(run);
    case retry_policy::Verdict::kRetry:
      return retry(run, judgement, now, jitter);
    case retry_policy::Verdict::kPause:
      return finish(run, End::kPaused, judgement.message, now);
    case retry_policy::Verdict::kFail:
      return finish(run, End::kFailed, judgement.message, now);
  }
}

void resume(Run& run) {
  run.resumed = run.phase == Phase::kSending;
}

bool leaves_doubt(const Run& run) {
  return run.resumed && run.end != End::kSucceeded;
}

void on_settled(Run& run, Timestamp now) {
  finish(run, End::kSucceeded, "", now);
}

void finish(Run& run, End how, std::string message, Timestamp now) {
  ASSERT(!run.ended() && how != End::kNone);
  run.phase = Phase::kEnded;
  run.end = how;
  run.message = std::move(message);
  run.ended_at = now;
}

}  // namespace bellwether::sync
