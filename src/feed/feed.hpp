#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "storage/database.hpp"

/// The ordered feed of what changed: members entering, leaving and being updated, and alerts firing.
///
/// Every change has a sequence number, from 1, without gaps. What one session changed appears at once,
/// however much it is: changes are first staged in blocks under a batch, over as many transactions as it
/// takes, and `publish` gives the batch its numbers in one row. A batch that is never published is invisible,
/// and dropped by `drop_unpublished`. Numbers are dense because only `publish` gives them, inside the
/// writer's transaction.
namespace bellwether::feed {

enum class Kind : char { kEntered = '+', kLeft = '-', kUpdated = '~', kAlert = '!' };

std::string_view to_string(Kind kind);

/// One change as it is staged. For an alert, `subject` is its id in the inbox.
struct Entry {
  Kind kind;
  std::string subject;
};

/// Where a batch comes from. Alerts have no cohort and no session.
struct Origin {
  std::string project_id;
  std::string cohort_id;
  std::string session_id;
};

struct Change {
  std::int64_t seq;
  Timestamp at;
  Origin origin;
  Kind kind;
  std::string subject;
};

/// Collects one batch's entries and writes them in blocks of 1,000.
class BatchWriter {
 public:
  /// Takes a new batch id.
  explicit BatchWriter(storage::Database& database);

  void add(storage::Database& database, Kind kind, std::string_view subject);
  /// Writes what is not yet in a block. To be called before the transaction ends.
  void flush(storage::Database& database);

  std::int64_t batch() const { return batch_; }
  std::int64_t count() const { return count_; }

 private:
  std::int64_t batch_;
  std::int64_t count_ = 0;
  std::int64_t in_block_ = 0;
  std::string block_;
};

/// Makes a flushed batch visible. An empty batch takes no number. Returns the last sequence number given.
std::int64_t publish(storage::Database& database, const BatchWriter& batch, const Origin& origin,
                     Timestamp now);

/// The number of the newest change; 0 when there never was one.
std::int64_t last_seq(storage::Database& database);
/// The number of the oldest change still kept, or `last_seq + 1` when none is.
std::int64_t first_seq(storage::Database& database);

/// Up to `limit` changes behind `after`, in order. A reader whose `after + 1 < first_seq` has missed some.
std::vector<Change> read(storage::Database& database, std::int64_t after, std::size_t limit);

/// Drops batches published before `before`, at most `most` at a time. Returns how many went.
std::size_t trim(storage::Database& database, Timestamp before, std::size_t most);

/// At start: removes what a process that died had staged and not published.
void drop_unpublished(storage::Database& database);

}  // namespace bellwether::feed
