#pragma once

#include <condition_variable>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/loop.hpp"
#include "ingestion/event_writer.hpp"
#include "storage/database.hpp"
#include "storage/group_commit.hpp"

namespace bellwether::ingestion {

/// Takes events of many small requests, such as browsers make: they are acknowledged when they are in a file of their own, which takes
/// a commit for all that came at once, and go to the event engine in batches as large as it is busy. `catch_up` makes readers see
/// what was acknowledged before (caught_up_engine.hpp).
///
///     request -> entry in the file, acknowledged -> EventWriter -> entry forgotten
///
/// An entry that the engine cannot take now stays in the file and is tried again each second, also by the next process. Events
/// that go to the engine twice that way count once. Thread-safe.
class EventJournal {
 public:
  struct Limits {
    std::size_t queued_bytes = 64UL << 20U;  ///< of requests that wait for the file; more is refused
    std::size_t journal_bytes = 1UL << 30U;  ///< of the file, while the engine is away; more is refused
  };
  /// All are called on threads of the journal or the writer.
  struct Hooks {
    /// Rows that the engine does not take, after they were acknowledged.
    std::function<void(const std::vector<RefusedRow>& rows)> on_refused;
    /// Whether the engine took what it was given.
    std::function<void(bool taken)> on_passed;
  };

  /// Its file, opened twice.
  struct File {
    storage::Database writer;
    storage::Database reader;
  };
  static Result<File> open(const std::string& path);

  /// The writer outlives it.
  EventJournal(File file, EventWriter& writer, const Limits& limits, Hooks hooks);
  ~EventJournal();
  EventJournal(const EventJournal&) = delete;
  EventJournal& operator=(const EventJournal&) = delete;

  /// As EventWriter::write. No rows are refused.
  bool write(EventBatch batch, EventWriter::Done done);

  /// Waits until what was acknowledged before is in the event engine. Fails when that takes longer than 10 seconds, and at once
  /// while the engine does not take anything: what is read then would lack it.
  std::expected<void, events::EngineError> catch_up();

  std::size_t queued_bytes() const;

  /// Takes what is queued, and ends its threads. What the engine has not got by then is there for the next process. Before the writer is
  /// stopped. Idempotent.
  void stop(Millis bound);

 private:
  struct Entry {
    std::int64_t number = 0;
    EventBatch batch;
    EventWriter::Done done;
  };
  void committed(const std::shared_ptr<Entry>& entry, const storage::CommitResult& result);
  void pass_on(std::int64_t number, EventBatch batch);
  void passed_on(std::int64_t number, const Written& written);
  Millis feed();
  std::optional<EventBatch> read(std::int64_t number);
  void forget(std::int64_t number);
  // With the lock held:
  bool has_room() const;
  bool is_behind(std::int64_t number) const;
  void put_aside(std::int64_t number);
  void note_engine(const Written& written);

  EventWriter& writer_;
  const Limits limits_;
  const Hooks hooks_;
  storage::Database reader_;  ///< of the feeder's thread

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::int64_t, std::size_t> passed_;   ///< entries that the writer has, and their bytes
  std::map<std::int64_t, std::size_t> waiting_;  ///< those that are in the file alone
  std::size_t passed_bytes_ = 0;
  std::size_t waiting_bytes_ = 0;
  std::int64_t last_number_ = 0;             ///< of those that were acknowledged
  std::optional<std::string> engine_fails_;  ///< why it did not take the last entry
  bool stopping_ = false;

  storage::GroupCommit file_;
  Loop feeder_;
};

}  // namespace bellwether::ingestion
