#include "memory_ledger.hpp"

#include <stdexcept>

#include <fmt/format.h>

namespace bellwether::simulation {

std::expected<sync::Counts, events::EngineError> MemoryLedger::freeze(const sync::FreezeOrder& order) {
  auto& changes = frozen_[order.change_set];
  if (!changes.empty()) throw std::runtime_error("a change set is used twice");
  sync::Counts counts;
  for (const auto& [id, properties] : people_) {
    const bool was_there = snapshot_[id].present;
    if (was_there) ++counts.stayed;
    if (!was_there) ++counts.entered;
    if (!was_there || order.full) changes.push_back({was_there ? 0 : 1, id, properties});
    between_writes_();
  }
  for (const auto& [id, entry] : snapshot_) {
    if (!entry.present || people_.contains(id)) continue;
    ++counts.left;
    changes.push_back({-1, id, "{}"});
    between_writes_();
  }
  cut(order, changes, false);
  if (!order.full) cut(order, changes, true);
  return counts;
}

/// Appends the pages of who is added, or of who is removed.
void MemoryLedger::cut(const sync::FreezeOrder& order, const std::vector<Change>& changes, bool removing) {
  auto& pages = pages_[order.change_set];
  pages.emplace_back("[");
  std::uint32_t on_page = 0;
  for (const Change& change : changes) {
    if ((change.change < 0) != removing) continue;
    if (on_page == order.page_members) {
      pages.back() += "]";
      pages.emplace_back("[");
      on_page = 0;
    }
    const std::string fields = change.properties.substr(1, change.properties.size() - 2);
    pages.back() += fmt::format(R"({}{{"mixpanel_distinct_id":"{}"{}{}}})", on_page++ == 0 ? "" : ",",
                                change.distinct_id, fields.empty() ? "" : ",", fields);
  }
  pages.back() += "]";
}

Result<std::string> MemoryLedger::read(const std::string& change_set, std::uint32_t page) {
  return pages_.at(change_set).at(page - 1);
}

std::expected<void, events::EngineError> MemoryLedger::settle(const std::string&,
                                                              const std::string& change_set,
                                                              std::uint64_t run_number) {
  for (const Change& change : frozen_.at(change_set)) {
    if (change.change >= 0) announced_[change.distinct_id] = change.properties;
    if (change.change < 0) announced_.erase(change.distinct_id);
    Entry& entry = snapshot_[change.distinct_id];
    if (change.change != 0 && entry.run_number <= run_number) entry = {change.change == 1, run_number};
    between_writes_();
  }
  return {};
}

void MemoryLedger::drop_pages(const std::string& change_set) {
  pages_.erase(change_set);
}

std::expected<void, events::EngineError> MemoryLedger::drop_changes(
    const std::string&, const std::vector<std::string>& change_sets) {
  for (const std::string& change_set : change_sets) {
    frozen_.erase(change_set);
    drop_pages(change_set);
  }
  return {};
}

}  // namespace bellwether::simulation
