#include "guarantee.hpp"

#include <set>

#include <fmt/format.h>

namespace bellwether::simulation {

namespace {

std::string state(const Membership& members, const std::string& id) {
  const auto found = members.find(id);
  return found == members.end() ? "nobody" : found->second;
}

}  // namespace

std::optional<std::string> check_guarantee(Subscriber& subscriber, const Membership& snapshot, Timestamp now,
                                           bool strict, Outcome& outcome) {
  subscriber.merge(now, [] {});
  const Membership mirror = subscriber.members();
  std::set<std::string> ids;
  for (const auto& [id, properties] : mirror) ids.insert(id);
  if (subscriber.replay_feed() != ids) return "the feed replayed from 0 is not the mirror";
  ++outcome.checks;
  if (mirror == snapshot) {
    ++outcome.exact;
    return std::nullopt;
  }
  const std::set<std::string> doubts = subscriber.doubts();
  for (const auto& [id, properties] : snapshot) ids.insert(id);
  for (const std::string& id : ids) {
    if (state(mirror, id) == state(snapshot, id) || doubts.contains(id)) continue;
    ++outcome.wrong;
    if (!strict) return std::nullopt;
    return fmt::format("{} differs and is not in doubt: the mirror has {}, the snapshot {}", id,
                       state(mirror, id), state(snapshot, id));
  }
  ++outcome.in_doubt;
  return std::nullopt;
}

}  // namespace bellwether::simulation
