#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sender.hpp"
#include "sync/ledger.hpp"

namespace bellwether::simulation {

/// The engine's part of a sync, plainly: it keeps what it was told when the publisher's process dies, also
/// the half of a write that was cut off.
class MemoryLedger final : public sync::Ledger {
 public:
  /// `people` is the cohort, as it is now; `between_writes` may throw to end the process there.
  MemoryLedger(const Membership& people, std::function<void()> between_writes)
      : people_(people), between_writes_(std::move(between_writes)) {}

  std::expected<sync::Counts, events::EngineError> freeze(const sync::FreezeOrder& order) override;
  Result<std::string> read(const std::string& change_set, std::uint32_t page) override;
  std::expected<void, events::EngineError> settle(const std::string& sync_key, const std::string& change_set,
                                                  std::uint64_t run_number) override;
  std::expected<void, events::EngineError> drop_changes(const std::string& sync_key,
                                                        const std::vector<std::string>& change_sets) override;

  void drop_pages(const std::string& change_set) override;

  /// What a right subscriber holds after the run whose changes were settled last.
  const Membership& announced() const { return announced_; }

 private:
  struct Change {
    int change = 0;
    std::string distinct_id;
    std::string properties;
  };
  struct Entry {
    bool present = false;
    std::uint64_t run_number = 0;
  };
  void cut(const sync::FreezeOrder& order, const std::vector<Change>& changes, bool removing);

  const Membership& people_;
  const std::function<void()> between_writes_;
  std::map<std::string, Entry> snapshot_;
  std::map<std::string, std::vector<Change>> frozen_;
  std::map<std::string, std::vector<std::string>> pages_;
  Membership announced_;
};

}  // namespace bellwether::simulation
