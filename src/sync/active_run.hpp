#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "contract/cohort_sync.hpp"
#include "sync/ledger.hpp"
#include "sync/run.hpp"

namespace bellwether::sync {

/// What a run is about: does not change while it runs.
struct RunSubject {
  std::string sync_key;
  std::string project_id;
  std::string cohort_id;
  std::string cohort_name;
  std::string cohort_description;  ///< empty: none
  std::vector<std::string> properties;
  std::uint64_t snapshot_members = 0;
  std::uint64_t most_members = 0;  ///< a larger cohort fails the run
};

/// How an active run's steps become durable.
enum class Durability : std::uint8_t {
  kNow,   ///< before anything else happens
  kSoon,  ///< may be lost with the process: what was sent since is then sent again, under the same numbers
};

/// Drives one run: takes the ledger's part of each step, stores the run, and says what is to be sent. Does
/// not send, does not sleep, does not read a clock.
class ActiveRun {
 public:
  struct Hooks {
    /// The cohort as a query, as of a time; the error says why it cannot be one.
    std::function<std::expected<cohorts::PeopleQuery, std::string>(Timestamp)> compile;
    /// False when it could not be stored; the step is then taken again.
    std::function<bool(const Run&, Durability)> save;
    /// A key that was never used.
    std::function<std::string()> new_change_set;
  };
  struct Send {
    const contract::CohortPage* page;  ///< valid until the answer
  };
  struct Wait {
    Timestamp until;
  };
  struct Ended {};
  using Step = std::variant<Send, Wait, Ended>;

  /// `run` as it was stored last. The ledger outlives it.
  ActiveRun(Run run, RunSubject subject, Ledger& ledger, Hooks hooks);

  /// Goes on until there is something to send or to wait for, or the run ended.
  Step next(Timestamp now);
  /// The page that `next` gave was answered.
  void on_answer(const retry_policy::Judgement& judgement, Timestamp now, double jitter);
  /// A person wants it to end.
  void stop(std::string message, Timestamp now);

  const Run& run() const { return run_; }

 private:
  std::optional<Step> freeze(Timestamp now);
  std::optional<Step> send(Timestamp now);
  std::optional<Step> settle(Timestamp now);
  bool prepare_page(Timestamp now);
  void save(Durability durability) { unsaved_ = !hooks_.save(run_, durability); }

  Run run_;
  const RunSubject subject_;
  Ledger& ledger_;
  const Hooks hooks_;
  std::optional<contract::CohortPage> page_;
  bool unsaved_ = false;
};

}  // namespace bellwether::sync
