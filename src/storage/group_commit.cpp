#include "storage/group_commit.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <future>

#include "base/assertion.hpp"
#include "base/guarded.hpp"

namespace bellwether::storage {

namespace {
constexpr Millis kNotesWait(20);
/// After a failure of a round itself, which can only be a lack of memory.
constexpr Millis kPause(100);
}  // namespace

GroupCommit::GroupCommit(Database database, const Limits& limits,
                         std::function<void(const CommitReport&)> observe)
    : database_(std::move(database)),
      limits_(limits),
      observe_(std::move(observe)),
      loop_(
          {.name = "writer", .first_pause = kPause, .max_pause = kPause}, [this] { return write_group(); },
          [this] { finish(); }) {
  loop_.start();
}

GroupCommit::~GroupCommit() {
  stop();
}

bool GroupCommit::submit(std::size_t bytes, Work work, Done done) {
  {
    const std::scoped_lock lock(mutex_);
    const bool full = queue_.size() >= limits_.queued_items || queued_bytes_ + bytes > limits_.queued_bytes;
    if (stopping_ || full) return false;
    queued_bytes_ += bytes;
    ++urgent_items_;
    queue_.push_back({bytes, std::move(work), std::move(done)});
  }
  loop_.wake();
  return true;
}

CommitResult GroupCommit::run(Work work) {
  auto promise = std::make_shared<std::promise<CommitResult>>();
  auto result = promise->get_future();
  if (!submit(0, std::move(work), [promise](CommitResult done) { promise->set_value(std::move(done)); }))
    return std::unexpected(
        CommitFailure{StorageError::Kind::kBusy, "too much waits to be stored, or it stops"});
  return result.get();
}

void GroupCommit::note(Work work) {
  {
    const std::scoped_lock lock(mutex_);
    queue_.push_back({0, std::move(work), [](const CommitResult&) {}, false});
    if (!noted_at_) noted_at_ = std::chrono::steady_clock::now();
  }
  loop_.wake();
}

CommitResult GroupCommit::run_background(Work work) {
  auto promise = std::make_shared<std::promise<CommitResult>>();
  auto future = promise->get_future();
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_) {
      return std::unexpected(CommitFailure{StorageError::Kind::kOther, "the writer is stopping"});
    }
    background_.push_back(
        {0, std::move(work), [promise](CommitResult done) { promise->set_value(std::move(done)); }});
  }
  loop_.wake();
  return future.get();
}

void GroupCommit::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  loop_.stop();
}

std::size_t GroupCommit::queued_items() const {
  const std::scoped_lock lock(mutex_);
  return queue_.size();
}

std::optional<CommitFailure> GroupCommit::failing() const {
  const std::scoped_lock lock(mutex_);
  return failing_;
}

Millis GroupCommit::write_group() {
  {
    const std::scoped_lock lock(mutex_);
    if (const Millis wait = time_until_due(); wait > Loop::kAgain) return wait;
  }
  commit_group(take_group());
  return Loop::kAgain;
}

/// Commits what is queued still, and empties the write-ahead log into the file.
void GroupCommit::finish() {
  for (bool more = true; more;) {
    const bool went_well = guarded("the writer goes on after a failure", [&] {
      std::vector<Item> group = take_group();
      more = !group.empty();
      if (more) commit_group(std::move(group));
    });
    if (!went_well) std::this_thread::sleep_for(kPause);
  }
  database_.checkpoint();
}

/// With the lock held.
Millis GroupCommit::time_until_due() const {
  if (urgent_items_ > 0 || !background_.empty()) return Loop::kAgain;
  if (!noted_at_) return Loop::kIdle;
  const auto age = std::chrono::steady_clock::now() - *noted_at_;
  return std::max(kNotesWait - std::chrono::floor<Millis>(age), Loop::kAgain);
}

/// What queued up, oldest first, up to `group_bytes`; or one item of background work, which gets every second
/// turn while both are waiting, so that neither starves the other.
std::vector<GroupCommit::Item> GroupCommit::take_group() {
  const std::scoped_lock lock(mutex_);
  std::vector<Item> group;
  group.reserve(1);
  if (!background_.empty() && (queue_.empty() || background_turn_)) {
    background_turn_ = false;
    group.push_back(std::move(background_.front()));
    background_.pop_front();
    return group;
  }
  background_turn_ = true;
  std::size_t bytes = 0;
  group.reserve(queue_.size());  // so that no item is lost between the queue and the group
  while (!queue_.empty() && (group.empty() || bytes + queue_.front().bytes <= limits_.group_bytes)) {
    ASSERT(queued_bytes_ >= queue_.front().bytes);
    bytes += queue_.front().bytes;
    queued_bytes_ -= queue_.front().bytes;
    if (queue_.front().urgent) --urgent_items_;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  if (queue_.empty()) noted_at_.reset();
  return group;
}

void GroupCommit::commit_group(std::vector<Item> group) {
  const auto answer = [](Item& item, const CommitResult& result) {
    guarded("an answer after a commit failed", [&] { item.done(result); });
  };
  const CommitResult together = try_commit(group, 0, group.size());
  if (together || group.size() == 1) {
    for (Item& item : group) answer(item, together);
    return;
  }
  // One bad item must not fail its neighbours: each is tried alone.
  for (std::size_t i = 0; i < group.size(); ++i) answer(group[i], try_commit(group, i, 1));
}

CommitResult GroupCommit::try_commit(std::vector<Item>& group, std::size_t from, std::size_t count) {
  const auto started = std::chrono::steady_clock::now();
  CommitReport report{count, 0, 0, false};
  CommitResult result;
  const std::int64_t changes_before = database_.total_changes();
  try {
    ASSERT(!database_.in_transaction());
    Transaction transaction(database_);
    for (std::size_t i = from; i < from + count; ++i) {
      group[i].work(database_);
      report.bytes += group[i].bytes;
    }
    transaction.commit();
  } catch (const StorageError& error) {
    result = std::unexpected(CommitFailure{error.kind(), error.what()});
    report.failed = true;
  } catch (const std::exception& error) {
    // The item's own failure, which says nothing of the storage.
    log::error("work in a transaction failed", {{"error", error.what()}});
    return std::unexpected(CommitFailure{StorageError::Kind::kOther, error.what()});
  } catch (...) {
    return std::unexpected(CommitFailure{StorageError::Kind::kOther, "unknown failure"});
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  // A transaction that wrote nothing shows nothing of the disk.
  const bool wrote = database_.total_changes() != changes_before;
  if (result && !wrote) return result;
  {
    const std::scoped_lock lock(mutex_);
    failing_ = result ? std::nullopt : std::optional(result.error());
  }
  if (observe_) guarded("counting a commit failed", [&] { observe_(report); });
  return result;
}

}  // namespace bellwether::storage
