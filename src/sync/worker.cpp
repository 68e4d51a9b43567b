#include "sync/worker.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/random_key.hpp"
#include "registry/cohorts.hpp"
#include "retry_policy/retry.hpp"

namespace bellwether::sync {

namespace {

Attempt describe(const Run& run, const retry_policy::Attempt& attempt,
                 const retry_policy::Judgement& judgement, std::string request_id, Timestamp at,
                 Millis latency) {
  Attempt described{.run_id = run.id,
                    .page = run.page,
                    .at = at,
                    .request_id = std::move(request_id),
                    .latency = latency,
                    .verdict = std::string(retry_policy::to_string(judgement.verdict)),
                    .message = judgement.message};
  if (attempt) {
    described.status = attempt->status;
    described.answer = attempt->body.substr(0, kKeptAnswer);
  }
  return described;
}

}  // namespace

Worker::Worker(const DispatcherOptions& options, const Dispatcher::Parts& parts,
               const Dispatcher::Observers& observers, const Interrupts& interrupts)
    : options_(options),
      parts_(parts),
      observers_(observers),
      interrupts_(interrupts),
      client_({.guard = &parts.guard, .ca_file = options.ca_file}),
      saver_(parts.writer, options.interval) {}

void Worker::run(std::int64_t sync_id) {
  auto task = take_up(sync_id);
  if (!task) return;
  const registry::Sync& sync = task->sync;
  ActiveRun active(std::move(task->run), task->subject, parts_.ledger,
                   {.compile = [&](Timestamp at) -> std::expected<cohorts::PeopleQuery, std::string> {
                      const auto reader = parts_.readers.borrow();
                      const auto cohort = registry::find_cohort(*reader, sync.cohort_id);
                      if (!cohort) return std::unexpected("the cohort is gone");
                      return registry::compile_cohort(*reader, *cohort, at);
                    },
                    .save = [&](const Run& run, Durability durability) { return save(run, durability); },
                    .new_change_set = random_key});
  carry(active, task->destination);
  if (!active.run().ended()) return;
  const Run& ended = active.run();
  log::info("sync run ended", {{"sync", sync.id},
                               {"run", ended.number},
                               {"end", to_string(ended.end)},
                               {"full", ended.full ? "true" : "false"},
                               {"members", ended.counts.members()},
                               {"entered", ended.counts.entered},
                               {"left", ended.counts.left},
                               {"attempts", ended.attempts},
                               {"error", ended.message}});
  observers_.on_ended(sync, ended);
}

/// The sync's open run, or a new one; nothing when the sync is gone or storage does not take it.
std::optional<Worker::Task> Worker::take_up(std::int64_t sync_id) {
  std::optional<Task> task;
  const std::string session_id = random_key();
  const auto committed = parts_.writer.run([&](storage::Database& database) {
    task.reset();
    const auto sync = registry::find_sync(database, sync_id);
    if (!sync) return;
    const auto cohort = registry::find_cohort(database, sync->cohort_id);
    const auto destination = registry::find_destination(database, sync->destination_id);
    if (!cohort || !destination) return;
    auto open = find_open_run(database, sync_id);
    if (!open && sync->state != registry::SyncState::kActive) return;
    Run run = open ? std::move(*open)
                   : create_run(database, *sync, session_id,
                                static_cast<std::uint32_t>(options_.page_members), system_now());
    const auto snapshot = find_snapshot(database, sync_id);
    task = Task{
        *sync, *destination,
        RunSubject{sync->key, sync->project_id, std::to_string(cohort->id), cohort->name, cohort->description,
                   sync->properties, snapshot ? snapshot->members : 0, options_.most_members},
        std::move(run)};
  });
  if (!committed) {
    log::error("a sync run cannot begin", {{"sync", sync_id}, {"error", committed.error().message}});
    return std::nullopt;
  }
  return task;
}

void Worker::carry(ActiveRun& active, const registry::Destination& destination) {
  const bool paused_meanwhile = [&] {
    const auto reader = parts_.readers.borrow();
    const auto sync = registry::find_sync(*reader, active.run().sync_id);
    return !sync || sync->state == registry::SyncState::kPaused;
  }();
  while (!interrupts_.stopping) {
    if (interrupts_.stopped || paused_meanwhile) active.stop("stopped by a person", system_now());
    const ActiveRun::Step step = active.next(system_now());
    if (std::holds_alternative<ActiveRun::Ended>(step)) return;
    if (const auto* wait = std::get_if<ActiveRun::Wait>(&step)) {
      wait_until(wait->until);
    } else {
      send(active, *std::get<ActiveRun::Send>(step).page, destination);
    }
  }
}

void Worker::send(ActiveRun& active, const contract::CohortPage& page,
                  const registry::Destination& destination) {
  const std::string request_id = random_key();
  net::ClientRequest request{.method = "POST",
                             .url = destination.url,
                             .headers = {{"Content-Type", "application/json"},
                                         {"Accept", "application/json"},
                                         {"User-Agent", "Bellwether"},
                                         {"X-Request-Id", request_id}},
                             .body = contract::encode_cohort_page(page),
                             .response_bytes = options_.response_bytes,
                             .timeouts = options_.timeouts,
                             .cancel = &interrupts_.stopping};
  if (!destination.user.empty()) {
    request.user = destination.user;
    request.password = destination.password;
  }
  const Timestamp at = system_now();
  const auto begun = std::chrono::steady_clock::now();
  const retry_policy::Attempt attempt = client_.send(request);
  const auto latency = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - begun);
  // Cut off because the process stops: nothing is known of the page, and it is sent again.
  if (interrupts_.stopping && !attempt) return;
  const Timestamp now = system_now();
  const retry_policy::Judgement judgement = retry_policy::judge_page(page.action, attempt, now);
  Attempt described = describe(active.run(), attempt, judgement, request_id, at, latency);
  observers_.on_attempt(described);
  saver_.add_attempt(std::move(described));
  active.on_answer(judgement, now, std::uniform_real_distribution<double>(0, 1)(random_));
}

void Worker::wait_until(Timestamp until) {
  std::unique_lock lock(interrupts_.mutex);
  // Bounded, because the clock may be set back meanwhile.
  const Millis pause = std::clamp<Millis>(until - system_now(), Millis(0), retry_policy::kRetryBudget);
  interrupts_.wake.wait_for(lock, pause,
                            [this] { return interrupts_.stopping.load() || interrupts_.stopped.load(); });
}

bool Worker::save(const Run& run, Durability durability) {
  if (durability == Durability::kNow) return saver_.save_now(run);
  saver_.save_soon(run);
  return true;
}

}  // namespace bellwether::sync
