#pragma once

#include <optional>
#include <span>

#include "mirror/application.hpp"
#include "mirror/member_rows.hpp"
#include "mirror/mention_sorter.hpp"

/// Applies a session by writing the cohort's next generation: old members, the session's mentions and undo
/// rows are merged in order of the distinct id, sequentially, over as many transactions as it takes. Readers
/// see the old generation until `finish` switches, in one transaction. A rebuild that is abandoned (crash,
/// full disk) leaves a generation that nobody refers to, which housekeeping removes; the session still waits.
///
///     Rebuild rebuild(db, begin_application(db, …));                    // in a transaction
///     while (!(batch = mentions.next_batch(n)).empty())                 // outside
///       while (!rebuild.step(db, batch)) {}                             // each in a transaction
///     while (!rebuild.step_to_end(db)) {}                               // each in a transaction
///     rebuild.finish(db, options, now);                                 // in a transaction
namespace bellwether::mirror {

class Rebuild {
 public:
  Rebuild(storage::Database& database, Application application);

  /// Whether the verdicts need a pass over all mentions first: `weigh_batch` for each batch in order, then
  /// `end_weighing`.
  bool needs_weighing() const;
  void weigh_batch(storage::Database& database, std::span<const SortedMention> mentions);
  void end_weighing() { weigh(application_, evidence_); }

  /// Merges the next of `mentions` and all that stands before them, some thousand rows a call. The same span
  /// must be given until it answers true: then all of it is merged.
  bool step(storage::Database& database, std::span<const SortedMention> mentions);
  /// Merges what stands behind the last mention; true when nothing is left.
  bool step_to_end(storage::Database& database);
  /// Changes nothing when the run was begun again meanwhile: then nothing of this is wanted.
  void finish(storage::Database& database, const Options& options, Timestamp now);

 private:
  /// One member of the merge: the smallest id among the three inputs.
  void merge_one(storage::Database& database, const std::string& id, const SortedMention* mention);
  std::optional<std::string> next_stored_id(storage::Database& database);
  void merge_stored_before(storage::Database& database, const std::string* bound, std::size_t& budget);

  Application application_;
  std::int64_t generation_;
  feed::BatchWriter batch_;
  MemberCursor members_;
  UndoCursor undo_;
  std::map<std::int64_t, Evidence> evidence_;
  std::size_t used_ = 0;  ///< of the current span
};

}  // namespace bellwether::mirror
