#pragma once

#include <cstddef>
#include <string>

#include "base/time.hpp"
#include "mirror/numbering.hpp"
#include "mirror/settlement.hpp"

namespace bellwether::mirror {

struct Options {
  DoubtMode doubt = DoubtMode::kEvidence;
  /// The sender makes both calls of an incremental run, also empty ones (contract). False for one that does
  /// not.
  bool expects_both_actions = true;
  /// How all senders number their pages; kUnknown judges each session by its own.
  Numbering numbering = Numbering::kUnknown;
  /// How long a session must have been silent before a newer one of its cohort may declare it failed. 0: as
  /// soon as a newer one is complete, which is right while one destination sends a cohort (its runs follow
  /// one another).
  Millis quiet{0};
  /// An unfinished session is given up when nothing has come for so long; the sender's snapshot is too old
  /// then.
  Millis expire_after = std::chrono::days(3);
  /// How long pages whose run may be begun again are kept after the last of them came.
  Millis keep_bodies = std::chrono::minutes(10);
  /// A session with more members than this is merged beside the intake, not inside its transaction.
  std::size_t in_place_members = 20'000;
  /// Memory for sorting a session's members.
  std::size_t sort_bytes = 64UL << 20U;
  /// Where sorted runs go that do not fit.
  std::string spill_dir = "/tmp";
  /// False only in the simulation, to show what goes wrong without it.
  bool reverts = true;
  Millis keep_feed = std::chrono::days(30);
  Millis keep_sessions = std::chrono::days(90);
};

}  // namespace bellwether::mirror
