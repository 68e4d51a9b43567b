#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.hpp"

/// What a page that comes under the session id of a known run means. A run may be begun again under its id, from the
/// first page, with other members; each beginning is an *attempt*. Pages belong to the newest one. Pure.
///
///     the page under its number        what it is
///     ─────────────────────────        ──────────────────────────────────────────────────────────────
///     none, and its total fits         a new page
///     the same members                 the same page again: its answer was lost, or the run begins again
///     other members, or another total  a new attempt begins; but for a while after one began it is refused, because
///                                      it may be of the beginning before, long on its way
///     a full load among differences,   the same
///     or the other way
///
/// Nothing is answered with success that is not stored in the newest attempt.
namespace bellwether::mirror {

/// A sender retries for 60 s (contract): after this nothing of a page is on its way any more.
constexpr Millis kSenderGivesUpAfter = std::chrono::seconds(90);

struct ArrivalFacts {
  bool is_over = false;    ///< the newest attempt failed, expired or was refuted
  bool is_closed = false;  ///< it took whatever came for its pages, and was applied: see Completeness::kHeld
  bool is_known = false;   ///< a page stands under this number, or has these members and no number
  bool is_same = false;    ///< that page says the same
  bool total_differs = false;  ///< pages of this action have another total
  bool kind_differs = false;   ///< one is a full load, the other a difference
  /// What it differs from came for an attempt before the newest, and may be replaced.
  bool only_inherited = false;
  bool is_first = false;         ///< the sender begins a run with this page
  bool has_begun_again = false;  ///< the newest attempt is not the run's first
  Millis since_attempt_began{0};
  Millis since_last_page{0};  ///< since a page of the newest attempt came
};

enum class Arrival : std::uint8_t {
  kNew,
  kAgain,
  kReplacesInherited,  ///< a page of the newest attempt takes the place of what an earlier one left it
  kNewAttempt,
  kTooEarly,  ///< refused: it differs from an attempt that has just begun
  kLate,      ///< refused: its session is over
};

Arrival judge_arrival(const ArrivalFacts& facts);

}  // namespace bellwether::mirror
