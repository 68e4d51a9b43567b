#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "base/time.hpp"

/// Which syncs may begin: pure, of what is known now.
namespace bellwether::sync {

struct Candidate {
  std::int64_t sync_id = 0;
  std::int64_t destination_id = 0;
  bool active = true;        ///< neither paused nor done
  bool enabled = true;       ///< its destination is
  bool interrupted = false;  ///< its run has begun and not ended: the process stopped meanwhile
  Timestamp due_at;
};

/// Of each destination that is not busy the first that is due, interrupted ones before all others: runs under
/// one destination go one after another (contract). At most `free` of them.
std::vector<Candidate> choose_due(std::vector<Candidate> candidates, std::set<std::int64_t> busy_destinations,
                                  Timestamp now, std::size_t free);

/// When the first of them is due that is not due yet.
std::optional<Timestamp> next_due(const std::vector<Candidate>& candidates, Timestamp now);

}  // namespace bellwether::sync
