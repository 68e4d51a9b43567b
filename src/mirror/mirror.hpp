#pragma once

#include <optional>
#include <string>

#include "contract/cohort_sync.hpp"
#include "mirror/options.hpp"
#include "mirror/page_rows.hpp"
#include "mirror/session.hpp"
#include "storage/database.hpp"

/// An exact mirror of every cohort that is synced to us, whatever the sender and the network do.
///
/// Each call below runs inside a transaction of the caller's, and leaves nothing in memory: after a crash the
/// rows alone say how to go on. All of them belong to the one writer.
///
///   1. `receive` stores a page. When it completes its session, the session is applied in the same
///      transaction, or, when it is large, left *waiting* for `Merger` (merger.hpp).
///   2. `answered` tells what became of the page's answer; a session whose answers all arrived is settled.
///   3. `expire_stale_sessions` gives up sessions that will not be completed.
///
/// Guarantee: after the next session that the sender saw succeed, the mirror equals the sender's snapshot, or
/// differs at most in members that it reports as in doubt. ARCHITECTURE.md has the reasoning.
namespace bellwether::mirror {

struct Receipt {
  enum class Kind : std::uint8_t {
    kStored,
    kRepeated,  ///< the page was here already; nothing changed
    kIgnored,   ///< its session is over
  };
  Kind kind = Kind::kStored;
  /// Tell `answered` about this page when the connection shows what became of the answer.
  std::optional<AnswerRef> track_answer;
  std::int64_t session_ref = 0;
  bool applied = false;  ///< this page completed the session, which is applied
  bool waiting = false;  ///< this page completed the session, which waits for the merger
};

class Mirror {
 public:
  explicit Mirror(Options options) : options_(std::move(options)) {}

  Receipt receive(storage::Database& database, const contract::CohortPage& page, Timestamp now) const;
  void on_acknowledgement(storage::Database& database, const AnswerRef& ref, Acknowledgement answer) const;

  /// After a start: answers that were on their way when the last process ended count as cut off.
  void recover(storage::Database& database) const;

  /// Fails sessions that a newer one has overtaken, expires those that nothing followed. At most `most` of
  /// them; true when there may be more.
  bool expire_stale_sessions(storage::Database& database, Timestamp now, std::size_t most) const;

  const Options& options() const { return options_; }

 private:
  bool complete_session(storage::Database& database, Session& session, Timestamp now) const;
  void give_up(storage::Database& database, Session& session, SessionState state, std::string why,
               Timestamp now) const;
  Numbering learn_numbering(storage::Database& database, const Session& session,
                            const contract::CohortPage& page) const;

  Options options_;
};

/// Applies (or takes back) a waiting session in the caller's transaction if it is small enough. False: it
/// takes a `Rebuild`.
bool apply_small(storage::Database& database, const Session& session, const Options& options, Timestamp now);

}  // namespace bellwether::mirror
