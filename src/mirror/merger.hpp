#pragma once

#include <functional>
#include <optional>

#include "mirror/options.hpp"
#include "mirror/session.hpp"
#include "storage/database.hpp"

namespace bellwether::mirror {

/// What the mirror does beside the intake, in steps that each take one short transaction: merging large
/// sessions, and removing what nobody refers to any more. Belongs to one thread; two mergers on one database
/// would remove each other's unfinished generations.
class Merger {
 public:
  /// Runs its argument inside a transaction of the one writer and returns after the commit.
  /// Throws StorageError when it could not be committed.
  using Transact = std::function<void(const std::function<void(storage::Database&)>&)>;

  /// `reader` sees what is committed; sessions are read through it while the writer goes on.
  Merger(storage::Database& reader, Transact transact, const Options& options);

  /// Applies the session that has waited longest. No value when none waits. What StorageError interrupts is begun again
  /// by the next call. A session whose pages are damaged fails, and says that a full load is needed.
  std::optional<Session> merge_next(Timestamp now);

  /// One step of housekeeping; false when there is nothing to remove.
  bool collect_garbage(Timestamp now);

 private:
  void merge(const Session& session, Timestamp now);
  void rebuild(const Session& session, Timestamp now);

  storage::Database& reader_;
  Transact transact_;
  Options options_;
};

}  // namespace bellwether::mirror
