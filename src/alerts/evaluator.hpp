#pragma once

#include <functional>
#include <memory>
#include <string>

#include "alerts/alert_store.hpp"
#include "alerts/evaluation.hpp"
#include "alerts/message.hpp"
#include "alerts/plan.hpp"
#include "events/engine.hpp"
#include "storage/group_commit.hpp"
#include "storage/reader_pool.hpp"

namespace bellwether::alerts {

struct EvaluatorOptions {
  EvaluationOptions evaluation;
  std::string base_url;  ///< of the publisher's pages, for links
  std::size_t most_segments = 1000;
  Millis query_timeout = std::chrono::minutes(5);
};

/// Judges the alerts whose buckets are complete: one query a report, however many alerts watch it. What a
/// bucket's judgement leads to is stored in one transaction with the fact that it was judged, so each bucket
/// is judged once. No thread and no clock of its own.
class Evaluator {
 public:
  struct Parts {
    events::Engine& engine;
    storage::GroupCommit& writer;
    storage::ReaderPool& readers;
  };
  struct Round {
    std::size_t judged = 0;  ///< buckets of alerts
    std::size_t fired = 0;
    std::size_t notifications = 0;  ///< stored, to be sent
    std::size_t failed_reports = 0;
    std::optional<Timestamp> next_at =
        std::nullopt;  ///< when the next bucket is due; none: no alert is active
  };

  /// Options and parts outlive it.
  Evaluator(const EvaluatorOptions& options, const Parts& parts);

  /// Judges all that is due at `now`. A report whose query fails is left for the next round.
  Round run(Timestamp now);

 private:
  struct Task;
  std::vector<Task> plan(Timestamp now, Round& round) const;
  bool judge(const Task& task, Timestamp now, Round& round) const;
  void store(const Task& task, const reports::SeriesTable& table, Timestamp now, Round& round) const;

  const EvaluatorOptions& options_;
  const Parts parts_;
};

}  // namespace bellwether::alerts
