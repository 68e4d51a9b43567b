#include "sync/schedule.hpp"

#include <algorithm>
#include <tuple>

namespace bellwether::sync {

std::vector<Candidate> choose_due(std::vector<Candidate> candidates, std::set<std::int64_t> busy_destinations,
                                  Timestamp now, std::size_t free) {
  std::ranges::sort(candidates, {}, [](const Candidate& candidate) {
    return std::tuple(!candidate.interrupted, candidate.due_at, candidate.sync_id);
  });
  std::vector<Candidate> chosen;
  for (const Candidate& candidate : candidates) {
    if (chosen.size() >= free) break;
    // An interrupted run goes on although somebody paused its sync meanwhile: it then ends at once, as
    // stopped.
    const bool due =
        candidate.interrupted || (candidate.active && candidate.enabled && candidate.due_at <= now);
    if (due && busy_destinations.insert(candidate.destination_id).second) chosen.push_back(candidate);
  }
  return chosen;
}

std::optional<Timestamp> next_due(const std::vector<Candidate>& candidates, Timestamp now) {
  std::optional<Timestamp> next;
  for (const Candidate& candidate : candidates) {
    const bool comes = candidate.active && candidate.enabled && candidate.due_at > now;
    if (comes && (!next || candidate.due_at < *next)) next = candidate.due_at;
  }
  return next;
}

}  // namespace bellwether::sync
