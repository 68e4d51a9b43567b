#include "net/impl/admission.hpp"

#include <algorithm>
#include <map>

namespace bellwether::net::impl {

namespace {

/// A request that came at once is not cut off; one that takes longer than this to come may be.
constexpr std::chrono::seconds kSlow(1);

/// Lower gives way first; no value for one that must not.
std::optional<int> rank(const Standing& one) {
  switch (one.phase) {
    case Phase::kIdle:
      return 0;
    case Phase::kClosing:
    case Phase::kOpening:
    case Phase::kHead:
      return one.since >= kSlow ? std::optional(1) : std::nullopt;
    case Phase::kBody:
      return one.since >= kSlow ? std::optional(2) : std::nullopt;
    case Phase::kAnswering:
    case Phase::kLeaving:
      break;
  }
  return std::nullopt;
}

std::optional<std::size_t> first_to_go(const std::vector<Standing>& standing, const std::string& client) {
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < standing.size(); ++i) {
    const auto mine = rank(standing[i]);
    if (!mine || standing[i].client != client) continue;
    const auto best = first ? rank(standing[*first]) : std::nullopt;
    if (!best || *mine < *best || (*mine == *best && standing[i].since > standing[*first].since)) first = i;
  }
  return first;
}

}  // namespace

Admission admit(const std::vector<Standing>& standing, const std::string& client,
                const AdmissionLimits& limits) {
  std::map<std::string, std::size_t> counts;
  std::size_t all = 0;
  for (const Standing& one : standing) {
    if (one.phase == Phase::kLeaving) continue;
    ++all;
    ++counts[one.client];
  }
  // Those that were told to leave still hold a descriptor; they must not pile up.
  const bool leaving_pile_up = standing.size() >= all + std::max<std::size_t>(limits.connections / 8, 8);
  const auto replace = [&](const std::string& whose) -> Admission {
    const auto victim = leaving_pile_up ? std::nullopt : first_to_go(standing, whose);
    return {.admitted = victim.has_value(), .gives_way = victim};
  };
  if (!client.empty() && counts[client] >= limits.per_client) return replace(client);
  if (all < limits.connections) return {.admitted = true};
  counts.erase(std::string());  // a trusted proxy does not give way
  if (counts.empty()) return {};
  return replace(std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; })->first);
}

}  // namespace bellwether::net::impl
