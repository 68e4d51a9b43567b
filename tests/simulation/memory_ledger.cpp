#include "memory_ledger.hpp"

#include <algorithm>
#include <stdexcept>
#include <tuple>

#include <fmt/format.h>

namespace bellwether::simulation {

namespace {

std::string member_json(const std::string& id, const std::string& properties) {
  const std::string fields = properties.substr(1, properties.size() - 2);
  return fmt::format(R"({{"mixpanel_distinct_id":"{}"{}{}}})", id, fields.empty() ? "" : ",", fields);
}

/// The properties of a member as `member_json` wrote it.
std::string properties_of(const sync::FrozenMember& member) {
  const std::size_t comma = member.json.find(',');
  return comma == std::string::npos ? "{}" : "{" + member.json.substr(comma + 1);
}

}  // namespace

std::expected<sync::Counts, events::EngineError> MemoryLedger::freeze(const sync::FreezeOrder& order) {
  auto& changes = frozen_[order.change_set];
  if (!changes.empty()) throw std::runtime_error("a change set is used twice");
  sync::Counts counts;
  for (const auto& [id, properties] : people_) {
    const bool was_there = snapshot_[id].present;
    if (was_there) ++counts.stayed;
    if (!was_there) ++counts.entered;
    if (!was_there || order.full) changes.push_back({was_there ? 0 : 1, id, member_json(id, properties)});
    between_writes_();
  }
  for (const auto& [id, entry] : snapshot_) {
    if (!entry.present || people_.contains(id)) continue;
    ++counts.left;
    changes.push_back({-1, id, member_json(id, "{}")});
    between_writes_();
  }
  std::ranges::sort(changes, {},
                    [](const auto& member) { return std::tuple(member.change, member.distinct_id); });
  return counts;
}

std::expected<std::vector<sync::FrozenMember>, events::EngineError> MemoryLedger::read(
    const std::string&, const std::string& change_set, const sync::Slice& slice, const sync::Cursor& behind,
    std::size_t limit) {
  std::vector<sync::FrozenMember> read;
  for (const auto& member : frozen_.at(change_set)) {
    const bool in_slice = member.change >= slice.first_change && member.change <= slice.last_change;
    const bool is_behind =
        std::tuple(member.change, member.distinct_id) > std::tuple(behind.change, behind.distinct_id);
    if (in_slice && is_behind && read.size() < limit) read.push_back(member);
  }
  return read;
}

std::expected<void, events::EngineError> MemoryLedger::settle(const std::string&,
                                                              const std::string& change_set,
                                                              std::uint64_t run_number) {
  for (const auto& member : frozen_.at(change_set)) {
    if (member.change >= 0) announced_[member.distinct_id] = properties_of(member);
    if (member.change < 0) announced_.erase(member.distinct_id);
    Entry& entry = snapshot_[member.distinct_id];
    if (member.change != 0 && entry.run_number <= run_number) entry = {member.change == 1, run_number};
    between_writes_();
  }
  return {};
}

std::expected<void, events::EngineError> MemoryLedger::drop_changes(
    const std::string&, const std::vector<std::string>& change_sets) {
  for (const std::string& change_set : change_sets) frozen_.erase(change_set);
  return {};
}

}  // namespace bellwether::simulation
