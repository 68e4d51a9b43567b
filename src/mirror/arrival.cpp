#include "mirror/arrival.hpp"

namespace bellwether::mirror {

namespace {

Arrival judge_over(const ArrivalFacts& facts) {
  // Only a run that begins again from its first page will be whole.
  const bool differs = (facts.is_known && !facts.is_same) || facts.total_differs || facts.kind_differs;
  const bool begins = facts.is_first && (differs || facts.since_last_page >= kSenderGivesUpAfter);
  return begins ? Arrival::kNewAttempt : Arrival::kLate;
}

}  // namespace

Arrival judge_arrival(const ArrivalFacts& facts) {
  if (facts.is_over) return judge_over(facts);
  if (facts.is_known && facts.is_same) return Arrival::kAgain;
  if (!facts.is_known && !facts.total_differs && !facts.kind_differs)
    return facts.is_closed ? Arrival::kNewAttempt : Arrival::kNew;
  if (facts.only_inherited) return Arrival::kReplacesInherited;
  const bool may_be_late = facts.has_begun_again && facts.since_attempt_began < kSenderGivesUpAfter;
  return may_be_late ? Arrival::kTooEarly : Arrival::kNewAttempt;
}

}  // namespace bellwether::mirror
