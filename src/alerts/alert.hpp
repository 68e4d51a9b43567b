#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "alerts/condition.hpp"
#include "alerts/window.hpp"
#include "reports/report.hpp"

namespace bellwether::alerts {

/// Which series of a report an alert watches.
struct Watch {
  enum class Scope : std::uint8_t {
    kOverall,  ///< the one series of a report without a breakdown
    kSegment,  ///< one segment
    kAny,      ///< whichever segment meets the condition
  };
  std::string metric;  ///< by its name; a funnel's is "Conversion"
  Scope scope = Scope::kOverall;
  reports::Segment segment = {};
  /// What stood in the report when the alert was saved, to tell when it no longer fits: the metric's event,
  /// or all of a formula's or a funnel's.
  std::string subject = {};
  std::vector<std::string> breakdown = {};
};

/// As people define it.
struct Alert {
  std::int64_t id = 0;  ///< 0: not stored yet
  std::string project_id;
  std::int64_t report_id = 0;
  std::string name;  ///< at most 50 characters, unique in the project (contract)
  std::string creator;
  std::string creator_email;
  Watch watch;
  Condition condition;
  Millis frequency = std::chrono::hours(1);  ///< between two notifications at least
  Windows windows;
  bool paused = false;
  std::vector<std::int64_t> webhooks;
  std::vector<std::string> emails;
  std::string problem = {};     ///< why it does not fit its report any more; empty: it does
  Timestamp judged_until = {};  ///< the end of the last bucket that was judged
  Timestamp notified_at = {};   ///< when it last notified; the epoch: never
};

inline constexpr std::size_t kMaxName = 50;

/// Why the alert does not fit the report, or nothing. Fills the subject and breakdown of a new watch (when
/// `subject` is empty).
std::optional<std::string> misfit(Watch& watch, const Condition& condition,
                                  const reports::Definition& report);

}  // namespace bellwether::alerts
