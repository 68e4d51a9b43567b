#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "memory_ledger.hpp"
#include "registry/syncs.hpp"
#include "scenario.hpp"
#include "storage/database.hpp"
#include "sync/active_run.hpp"

namespace bellwether::simulation {

/// The publisher's production code for one sync over a real database file, and a process that can be killed.
class Publisher {
 public:
  struct Faults {
    double killed = 0;     ///< at any write, before it or behind it
    double save_lost = 0;  ///< a write that may be lost is not on the disk yet when the process dies
  };

  /// `folder` holds the template database.
  Publisher(const std::string& folder, const Membership& people, std::uint32_t page_members,
            const Faults& faults, Dice& dice);

  /// A new process on the same file. A run that was open goes on.
  void start();
  /// Until it is started again it does nothing.
  void kill();
  bool handles(std::uint64_t process) const { return process == processes_; }
  std::uint64_t process() const { return processes_; }

  /// Begins the next run; false while one is open, or the sync is paused. All of these may throw Killed.
  bool begin(Timestamp now);
  /// No value when no run is open.
  std::optional<sync::ActiveRun::Step> next(Timestamp now);
  void on_answer(const retry_policy::Judgement& judgement, Timestamp now);
  void resume();

  /// The open run, or the one that ended last.
  const sync::Run* run() const { return active_ ? &active_->run() : nullptr; }
  const MemoryLedger& ledger() const { return ledger_; }

 private:
  void take_up(sync::Run run);
  bool save(const sync::Run& run, sync::Durability durability);
  void write_delayed();
  void commit(const std::function<void(storage::Database&)>& work);
  void may_die(const char* when);

  const std::string path_;
  const std::uint32_t page_members_;
  const Faults faults_;
  Dice& dice_;
  MemoryLedger ledger_;
  std::uint64_t processes_ = 0;
  std::uint64_t keys_ = 0;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<sync::ActiveRun> active_;
  std::optional<sync::Run> delayed_;  ///< saved soon, not on the disk yet
};

/// Makes the database that every publisher starts from: one sync.
void make_publisher_template(const std::string& path);

}  // namespace bellwether::simulation
