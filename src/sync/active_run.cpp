#include "sync/active_run.hpp"

#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/planned_time.hpp"
#include "retry_policy/retry.hpp"

namespace bellwether::sync {

namespace {

/// How long to wait before a step that storage or the engine did not take is taken again.
constexpr Millis kStoragePause = std::chrono::seconds(2);

}  // namespace

ActiveRun::ActiveRun(Run run, RunSubject subject, Ledger& ledger, Hooks hooks)
    : run_(std::move(run)), subject_(std::move(subject)), ledger_(ledger), hooks_(std::move(hooks)) {}

ActiveRun::Step ActiveRun::next(Timestamp now) {
  for (;;) {
    if (unsaved_) {
      save(Durability::kNow);
      if (unsaved_) return Wait{now + kStoragePause};
    }
    std::optional<Step> step;
    switch (run_.phase) {
      case Phase::kFreezing:
        step = freeze(now);
        break;
      case Phase::kSending:
        step = send(now);
        break;
      case Phase::kSettling:
        step = settle(now);
        break;
      case Phase::kEnded:
        ledger_.drop_pages(run_.change_set);
        return Ended{};
    }
    if (step) return *step;
  }
}

std::optional<ActiveRun::Step> ActiveRun::freeze(Timestamp now) {
  const auto people = hooks_.compile(run_.started_at);
  if (!people) {
    finish(run_, End::kFailed, "the cohort cannot be computed: " + people.error(), now);
    save(Durability::kNow);
    return std::nullopt;
  }
  // A new key each time: rows of an attempt that was cut off must not mix with these.
  // Rows that cannot be dropped now are left over, and nothing reads them.
  if (!run_.change_set.empty()) std::ignore = ledger_.drop_changes(subject_.sync_key, {run_.change_set});
  run_.change_set = hooks_.new_change_set();
  save(Durability::kNow);
  if (unsaved_) return std::nullopt;
  const auto counts = ledger_.freeze({subject_.sync_key, run_.number, run_.change_set, run_.full,
                                      subject_.project_id, *people, subject_.properties,
                                      subject_.snapshot_members, subject_.most_members, run_.page_members});
  if (!counts) {
    finish(run_, End::kFailed, "the cohort cannot be computed: " + counts.error().message, now);
  } else if (counts->members() > subject_.most_members) {
    finish(run_, End::kFailed,
           fmt::format("the cohort has {} members; at most {} can be synced", counts->members(),
                       subject_.most_members),
           now);
  } else {
    on_frozen(run_, *counts);
  }
  save(Durability::kNow);
  return std::nullopt;
}

std::optional<ActiveRun::Step> ActiveRun::send(Timestamp now) {
  if (!page_ && !prepare_page(now)) return std::nullopt;
  if (const Timestamp due = due_time(run_.not_before, now, retry_policy::kRetryBudget); due > now)
    return Wait{due};
  return Send{&*page_};
}

/// False when the run has ended because its changes cannot be read.
bool ActiveRun::prepare_page(Timestamp now) {
  const Slice slice = current_slice(run_);
  auto members = ledger_.read(run_.change_set, slice.page);
  if (!members) {
    finish(run_, End::kFailed, "the changes cannot be read: " + members.error().message, now);
    save(Durability::kNow);
    return false;
  }
  page_ = contract::CohortPage{.action = slice.action,
                               .project_id = subject_.project_id,
                               .cohort_id = subject_.cohort_id,
                               .session_id = run_.session_id,
                               .cohort_name = subject_.cohort_name,
                               .total_pages = slice.total,
                               .page_count = slice.page,
                               .member_count = slice.members,
                               .members_json = std::move(*members)};
  if (!subject_.cohort_description.empty()) page_->cohort_description = subject_.cohort_description;
  return true;
}

void ActiveRun::on_answer(const retry_policy::Judgement& judgement, Timestamp now, double jitter) {
  sync::on_answer(run_, judgement, now, jitter);
  if (judgement.verdict == retry_policy::Verdict::kDelivered) page_.reset();
  // That every page was taken must be known before the snapshot moves: a run that forgot it could still fail.
  save(run_.phase == Phase::kSending ? Durability::kSoon : Durability::kNow);
}

std::optional<ActiveRun::Step> ActiveRun::settle(Timestamp now) {
  if (const auto done = ledger_.settle(subject_.sync_key, run_.change_set, run_.number); !done)
    return Wait{now + kStoragePause};
  on_settled(run_, now);
  save(Durability::kNow);
  return std::nullopt;
}

void ActiveRun::stop(std::string message, Timestamp now) {
  if (run_.phase == Phase::kSettling || run_.ended()) return;  // every page has been taken: it succeeds
  finish(run_, End::kStopped, std::move(message), now);
  save(Durability::kNow);
}

}  // namespace bellwether::sync
