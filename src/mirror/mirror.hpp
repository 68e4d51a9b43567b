#pragma once

#include <optional>
#include <string>

#include "contract/cohort_sync.hpp"
#include "mirror/cohort_rows.hpp"
#include "mirror/options.hpp"
#include "mirror/page_rows.hpp"
#include "mirror/session.hpp"
#include "storage/database.hpp"

/// An exact mirror of every cohort that is synced to us, whatever the sender and the network do.
///
/// Each call below runs inside a transaction of the caller's, and leaves nothing in memory: after a crash the rows
/// alone say how to go on. All of them belong to the one writer.
///
///   1. `receive` stores a page. When it completes its session, the session is applied in the same transaction, or,
///      when it is large, left *waiting* for `Merger` (merger.hpp). A session that may not be whole though it looks so
///      is *held* until the next one of its cohort begins, or nothing more came for a while.
///   2. `on_acknowledgement` tells what became of the page's answer.
///   3. `release_held_sessions` applies what was held long enough; `expire_stale_sessions` gives up sessions that will
///      not be completed.
///
/// Guarantee: after the next session that the sender saw succeed, the mirror equals the sender's snapshot, or differs
/// at most in members that it reports as in doubt. ARCHITECTURE.md has the reasoning, and the one exception.
namespace bellwether::mirror {

struct Receipt {
  enum class Kind : std::uint8_t {
    kStored,
    kRepeated,  ///< the page was here already
    kRefused,   ///< it was not taken, and must not be answered with success
  };
  Kind kind = Kind::kStored;
  std::string_view refusal;  ///< why, for the sender's people; a literal
  /// Tell `on_acknowledgement` about this page when the connection shows what became of the answer.
  std::optional<AnswerRef> track_answer;
  bool waiting = false;  ///< this page completed the session, which waits for the merger
  std::optional<Session>
      applied;  ///< this page completed the session: its row afterwards, which may be failed
};

class Mirror {
 public:
  explicit Mirror(Options options) : options_(std::move(options)) {}

  Receipt receive(storage::Database& database, const contract::CohortPage& page, Timestamp now) const;
  void on_acknowledgement(storage::Database& database, const AnswerRef& ref, Acknowledgement answer) const;

  /// After a start: answers that were on their way when the last process ended count as cut off.
  void recover(storage::Database& database) const;

  /// Takes sessions for complete after which nothing more came. At most `most` of them; true when one of them now waits
  /// for the merger, or there may be more.
  bool release_held_sessions(storage::Database& database, Timestamp now, std::size_t most) const;

  /// Fails sessions that a newer one has overtaken, expires those that nothing followed. At most `most` of them; true
  /// when there may be more.
  bool expire_stale_sessions(storage::Database& database, Timestamp now, std::size_t most) const;

  const Options& options() const { return options_; }

 private:
  struct Incoming;
  void take(Incoming& incoming, Session& session) const;
  void take_again(Incoming& incoming, Session& session, const StoredPage& stored) const;
  void drop_inherited(Incoming& incoming, Session& session) const;
  void finish(Incoming& incoming, Session& session, Completeness completeness,
              const contract::CohortPage* at_hand) const;
  Completeness judge(const Cohort& cohort, const Session& session) const;
  void release(storage::Database& database, Cohort& cohort, Session& session, Timestamp now) const;
  void release_held_before(Incoming& incoming) const;
  bool apply_or_wait(storage::Database& database, const Cohort& cohort, Session& session,
                     const contract::CohortPage* at_hand, Timestamp now) const;
  void give_up(storage::Database& database, Session& session, SessionState state, std::string why,
               Timestamp now) const;

  Options options_;
};

/// Applies (or takes back) a session in the caller's transaction if it is small enough; `session` is then as it was
/// stored, failed if a stored page of it is damaged. False: it takes a `Rebuild`. `at_hand`: all that is to be applied, if it is one page.
bool apply_small(storage::Database& database, const Cohort& cohort, Session& session,
                 const contract::CohortPage* at_hand, const Options& options, Timestamp now);

}  // namespace bellwether::mirror
