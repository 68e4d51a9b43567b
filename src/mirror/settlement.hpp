#pragma once

#include <cstdint>
#include <string>

#include "mirror/numbering.hpp"

/// Can a session that is applied here be taken as one that the sender saw succeed? Only then may what it replaced be
/// forgotten. Pure.
namespace bellwether::mirror {

/// What became of a page's last answer.
enum class Acknowledgement : std::uint8_t {
  kPending,    ///< written or about to be; the connection has not told yet
  kDelivered,  ///< the peer closed cleanly or went on with a next request
  kLost,       ///< could not be written, or the connection was reset
  kCutOff,     ///< this process ended before the connection told
};

enum class DoubtMode : std::uint8_t {
  /// A session stays reversible until the next complete one of its cohort has been weighed, and is reported as in doubt
  /// when something speaks for a lost answer. Right behind proxies too, which take answers that the sender never sees.
  kEvidence,
  kAlways,      ///< report every incremental session as in doubt until a later one tells
  kConnection,  ///< an answer that the connection delivered settles: for endpoints that senders reach directly
};

/// What speaks for a lost answer of a session: bits, stored as they are.
enum class Sign : std::uint8_t {
  kCameAgain = 1,  ///< a page of it came again
  kLost = 2,       ///< the connection was reset before an answer was read
  kCutOff = 4,     ///< the process died in between
  kOvertaken = 8,  ///< a newer session had begun when it became complete
  kCarried = 16,   ///< pages of an earlier attempt are part of it
  kHeld = 32,      ///< it was taken for complete only because nothing more came
};
using Signs = std::uint32_t;
constexpr Signs bit(Sign sign) {
  return static_cast<Signs>(sign);
}
constexpr bool has_sign(Signs signs, Sign sign) {
  return (signs & bit(sign)) != 0;
}

struct SettlementFacts {
  DoubtMode mode = DoubtMode::kEvidence;
  Progress progress;
  NumberingRules numbering;
  Signs signs = 0;
  bool is_complete = true;
  // For kConnection alone: only each page's last answer counts there.
  std::uint32_t answers_pending = 0;
  std::uint32_t answers_lost = 0;
  std::uint32_t answers_cut_off = 0;
};

struct Settlement {
  enum class Kind : std::uint8_t {
    kSettled,     ///< the sender saw it succeed
    kReversible,  ///< nothing speaks against it; what comes next tells
    kInDoubt,     ///< it may have failed in the sender's eyes
  };
  Kind kind = Kind::kSettled;
  std::string reason;  ///< why it is not settled
};

Settlement assess(const SettlementFacts& facts);

}  // namespace bellwether::mirror
