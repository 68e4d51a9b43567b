#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "events/engine.hpp"
#include "sync/ledger.hpp"

namespace bellwether::sync {

/// What a run's audit needs to know of the sync's runs.
struct AuditOrder {
  std::string sync_key;
  std::string change_set;
  std::vector<std::string>
      applied_since;  ///< change sets of this run, if it succeeded, and of later ones that did
};

/// The ledger in the event engine's tables. Thread-safe as the engine is.
class EngineLedger final : public Ledger {
 public:
  /// The engine outlives it. `freeze_within` bounds one computation.
  EngineLedger(events::Engine& engine, Millis freeze_within)
      : engine_(engine), freeze_within_(freeze_within) {}

  std::expected<Counts, events::EngineError> freeze(const FreezeOrder& order) override;
  std::expected<std::vector<FrozenMember>, events::EngineError> read(const std::string& sync_key,
                                                                     const std::string& change_set,
                                                                     const Slice& slice, const Cursor& behind,
                                                                     std::size_t limit) override;
  std::expected<void, events::EngineError> settle(const std::string& sync_key, const std::string& change_set,
                                                  std::uint64_t run_number) override;
  std::expected<void, events::EngineError> drop_changes(const std::string& sync_key,
                                                        const std::vector<std::string>& change_sets) override;

  /// CSV with a heading: every distinct id that was in the cohort before or after the run, and `add`,
  /// `remove` or `no-op`.
  std::expected<void, events::EngineError> audit(const AuditOrder& order,
                                                 const std::function<bool(std::string_view)>& on_piece);

  /// Forgets a sync that is no more.
  std::expected<void, events::EngineError> drop_sync(const std::string& sync_key);

 private:
  std::expected<Counts, events::EngineError> count(const FreezeOrder& order);

  events::Engine& engine_;
  const Millis freeze_within_;
};

}  // namespace bellwether::sync
