#pragma once

#include <cstdint>
#include <string>

#include "mirror/numbering.hpp"

/// Can a session that is applied here be taken as one that the sender saw succeed? Only then may what it
/// replaced be forgotten. Pure.
namespace bellwether::mirror {

/// What became of a page's last answer.
enum class Acknowledgement : std::uint8_t {
  kPending,    ///< written or about to be; the connection has not told yet
  kDelivered,  ///< the peer closed cleanly or went on with a next request
  kLost,       ///< could not be written, or the connection was reset
  kCutOff,     ///< this process ended before the connection told
};

enum class DoubtMode : std::uint8_t {
  kEvidence,  ///< doubt a session when something happened to an answer
  kAlways,    ///< doubt every incremental session: something between here and the sender swallows answers
};

struct SettlementFacts {
  DoubtMode mode = DoubtMode::kEvidence;
  bool expects_both_actions = true;
  Progress progress;
  Numbering numbering = Numbering::kUnknown;
  std::uint32_t answers_pending = 0;
  std::uint32_t answers_lost = 0;
  std::uint32_t answers_cut_off = 0;
};

struct Settlement {
  enum class Kind : std::uint8_t {
    kSettled,   ///< the sender saw it succeed
    kAwaiting,  ///< nothing speaks against it, an answer is still on its way
    kInDoubt,   ///< it may have failed in the sender's eyes
  };
  Kind kind = Kind::kSettled;
  std::string reason;  ///< why it is not settled
};

Settlement assess(const SettlementFacts& facts);

}  // namespace bellwether::mirror
