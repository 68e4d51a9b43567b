#include "storage/group_commit.hpp"

#include <chrono>
#include <exception>
#include <future>

#include "base/guarded.hpp"

namespace bellwether::storage {

namespace {
constexpr std::chrono::milliseconds kNotesWait(20);
/// After a failure of the loop itself, which can only be a want of memory.
constexpr std::chrono::milliseconds kPause(100);
}  // namespace

GroupCommit::GroupCommit(Database database, const Limits& limits,
                         std::function<void(const CommitReport&)> observe)
    : database_(std::move(database)), limits_(limits), observe_(std::move(observe)) {
  writer_ = std::thread([this] { write_until_stopped(); });
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
  wake_.notify_one();
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
  }
  wake_.notify_one();
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
  wake_.notify_one();
  return future.get();
}

void GroupCommit::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (writer_.joinable()) writer_.join();
}

std::size_t GroupCommit::queued_items() const {
  const std::scoped_lock lock(mutex_);
  return queue_.size();
}

std::optional<CommitFailure> GroupCommit::failing() const {
  const std::scoped_lock lock(mutex_);
  return failing_;
}

void GroupCommit::write_until_stopped() {
  bool more = true;
  while (more) {
    const bool went_well = guarded("the writer goes on after a failure", [&] {
      std::vector<Item> group = take_group();
      more = !group.empty();
      if (more) commit_group(std::move(group));
    });
    if (!went_well) std::this_thread::sleep_for(kPause);
  }
  guarded("the write-ahead log was not emptied", [&] { empty_log(); });
}

void GroupCommit::empty_log() {
  database_.checkpoint();
}

void GroupCommit::wait_for_work(std::unique_lock<std::mutex>& lock) {
  const auto must_go = [this] { return stopping_ || urgent_items_ > 0 || !background_.empty(); };
  wake_.wait(lock, [&] { return must_go() || !queue_.empty(); });
  if (!must_go()) wake_.wait_for(lock, kNotesWait, must_go);
}

/// What queued up, oldest first, up to `group_bytes`; or one item of background work, which gets every second
/// turn while both are waiting, so that neither starves the other.
std::vector<GroupCommit::Item> GroupCommit::take_group() {
  std::unique_lock lock(mutex_);
  wait_for_work(lock);
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
    bytes += queue_.front().bytes;
    queued_bytes_ -= queue_.front().bytes;
    if (queue_.front().urgent) --urgent_items_;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
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
