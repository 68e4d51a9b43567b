#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "base/loop.hpp"
#include "storage/database.hpp"

/// One writer, one transaction for all that queued up while the disk was busy.
///
///     group.submit(size, [](Database& db) { db.run(...); }, [](CommitResult done) { answer(done); });
///
/// `work` runs on the writer's thread inside a transaction and may be run again alone after its group failed,
/// so it must not keep results of a failed run. `done` runs on the same thread after the commit: when it is
/// told success, the work is on the disk. `background` work (merging, trimming) comes one item at a time
/// between groups, so that nothing long stands before an answer.
///
/// Whatever `work` throws fails its item alone: the thread survives it. `done` must not throw.
namespace bellwether::storage {

struct CommitFailure {
  StorageError::Kind kind;
  std::string message;
};
using CommitResult = std::expected<void, CommitFailure>;

struct CommitReport {
  std::size_t items;
  std::size_t bytes;
  double seconds;
  bool failed;
};

class GroupCommit {
 public:
  using Work = std::move_only_function<void(Database&)>;
  using Done = std::move_only_function<void(CommitResult)>;

  struct Limits {
    std::size_t queued_items = 1024;
    std::size_t queued_bytes = 256UL << 20U;
    std::size_t group_bytes = 32UL << 20U;
  };

  /// `observe` is told of every transaction that wrote or failed, on the writer's thread.
  GroupCommit(Database database, const Limits& limits, std::function<void(const CommitReport&)> observe);
  ~GroupCommit();
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  /// False, with nothing taken, when the queue is full or the writer is stopping. `bytes` is what the item
  /// holds in memory.
  bool submit(std::size_t bytes, Work work, Done done);

  /// As `submit`, and blocks until it is committed. A full queue is a failure of kind kBusy. Not to be called
  /// on the writer's thread.
  CommitResult run(Work work);

  /// As `submit`, but past the queue's limits and without an answer: for small notes that nobody waits for
  /// and that may be lost with the process. A note keeps its place in the queue but makes no commit of its
  /// own for some milliseconds: it rides with what comes next.
  void note(Work work);

  /// Queued behind foreground work; blocks until it is committed. Not to be called on the writer's thread.
  CommitResult run_background(Work work);

  /// Takes what is queued, commits it, empties the write-ahead log into the file, ends the thread. Readers
  /// should be closed before. Idempotent.
  void stop();

  std::size_t queued_items() const;
  /// The last transaction's failure, until one succeeds.
  std::optional<CommitFailure> failing() const;

 private:
  struct Item {
    std::size_t bytes;
    Work work;
    Done done;
    bool urgent = true;
  };
  Millis write_group();
  void finish();
  Millis time_until_due() const;
  std::vector<Item> take_group();
  void commit_group(std::vector<Item> group);
  CommitResult try_commit(std::vector<Item>& group, std::size_t from, std::size_t count);

  Database database_;
  const Limits limits_;
  const std::function<void(const CommitReport&)> observe_;

  mutable std::mutex mutex_;
  std::deque<Item> queue_;
  std::deque<Item> background_;
  std::size_t queued_bytes_ = 0;
  std::size_t urgent_items_ = 0;
  std::optional<CommitFailure> failing_;
  std::optional<std::chrono::steady_clock::time_point> noted_at_;  ///< of the oldest note in the queue
  bool stopping_ = false;
  bool background_turn_ = false;
  Loop loop_;
};

}  // namespace bellwether::storage
