#include "sync/progress_saver.hpp"

#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace bellwether::sync {

struct ProgressSaver::Waiting {
  std::mutex mutex;
  std::optional<Run> run;
  std::vector<Attempt> attempts;
  bool noted = false;  ///< a note is on its way to store the run
};

ProgressSaver::ProgressSaver(storage::GroupCommit& writer, Millis interval)
    : writer_(writer), interval_(interval), waiting_(std::make_shared<Waiting>()) {}

void ProgressSaver::add_attempt(Attempt attempt) {
  const std::scoped_lock lock(waiting_->mutex);
  waiting_->attempts.push_back(std::move(attempt));
}

void ProgressSaver::save_soon(const Run& run) {
  {
    const std::scoped_lock lock(waiting_->mutex);
    waiting_->run = run;
    if (std::exchange(waiting_->noted, true)) return;
  }
  writer_.note([waiting = waiting_](storage::Database& database) {
    std::optional<Run> newest;
    std::vector<Attempt> attempts;
    {
      const std::scoped_lock lock(waiting->mutex);
      waiting->noted = false;
      newest = std::exchange(waiting->run, std::nullopt);
      if (newest) attempts = std::exchange(waiting->attempts, {});
    }
    if (newest) save_run(database, *newest);
    for (const Attempt& attempt : attempts) sync::add_attempt(database, attempt);
  });
}

bool ProgressSaver::save_now(const Run& run) {
  std::vector<Attempt> attempts;
  {
    const std::scoped_lock lock(waiting_->mutex);
    waiting_->run.reset();  // this one is newer
    attempts = std::exchange(waiting_->attempts, {});
  }
  const auto stored = writer_.run([&](storage::Database& database) {
    if (run.ended()) {
      finish_run(database, run, interval_);
    } else {
      save_run(database, run);
    }
    for (const Attempt& attempt : attempts) sync::add_attempt(database, attempt);
  });
  return stored.has_value();
}

}  // namespace bellwether::sync
