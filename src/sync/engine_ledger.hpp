#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "events/engine.hpp"
#include "events/layout.hpp"
#include "sync/ledger.hpp"
#include "sync/page_file.hpp"

namespace bellwether::sync {

/// What a run's audit needs to know of the sync's runs.
struct AuditOrder {
  std::string sync_key;
  std::string change_set;
  std::vector<std::string>
      applied_since;  ///< change sets of this run, if it succeeded, and of later ones that did
};

/// The ledger in the event engine's tables, and the pages of runs that have not ended in files. Thread-safe.
class EngineLedger final : public Ledger {
 public:
  struct Options {
    std::string pages_dir;                            ///< made when it is not there
    Millis freeze_within = std::chrono::minutes(10);  ///< for one computation
    events::Layout layout = {};
  };

  /// The engine outlives it.
  EngineLedger(events::Engine& engine, const Options& options);

  std::expected<Counts, events::EngineError> freeze(const FreezeOrder& order) override;
  Result<std::string> read(const std::string& change_set, std::uint32_t page) override;
  std::expected<void, events::EngineError> settle(const std::string& sync_key, const std::string& change_set,
                                                  std::uint64_t run_number) override;
  void drop_pages(const std::string& change_set) override;
  std::expected<void, events::EngineError> drop_changes(const std::string& sync_key,
                                                        const std::vector<std::string>& change_sets) override;

  /// Forgets the pages of all change sets but these: what processes that died have left.
  void keep_only_pages(const std::vector<std::string>& change_sets);

  /// CSV with a heading: every distinct id that was in the cohort before or after the run, and `add`,
  /// `remove` or `no-op`.
  std::expected<void, events::EngineError> audit(const AuditOrder& order,
                                                 const std::function<bool(std::string_view)>& on_piece);

  /// Forgets a sync that is no more.
  std::expected<void, events::EngineError> drop_sync(const std::string& sync_key);

 private:
  std::string page_path(const std::string& change_set) const;
  std::expected<Counts, events::EngineError> write_pages(const FreezeOrder& order);

  events::Engine& engine_;
  const Options options_;
  std::mutex mutex_;
  std::map<std::string, PageFile> open_files_;  ///< of runs that are being sent
};

}  // namespace bellwether::sync
