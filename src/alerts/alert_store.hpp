#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "alerts/alert.hpp"
#include "registry/checks.hpp"
#include "registry/reports.hpp"
#include "storage/database.hpp"

namespace bellwether::alerts {

std::vector<Alert> list_alerts(storage::Database& database, std::string_view project_id);
/// All that are to be judged: not paused, fitting their report.
std::vector<Alert> list_active_alerts(storage::Database& database);
std::vector<Alert> list_alerts_of_report(storage::Database& database, std::int64_t report_id);
std::optional<Alert> find_alert(storage::Database& database, std::int64_t id);
std::optional<Alert> find_alert(storage::Database& database, std::string_view project_id,
                                std::string_view name);

/// Creates it, or replaces what people define of the one with its id. Refuses what does not fit its report,
/// and webhooks that are not there. A new one judges the last complete bucket first; one that is resumed or
/// watches something else begins with the bucket that is going on at `now`. Returns the id.
Result<std::int64_t> save_alert(storage::Database& database, const Alert& alert, Timestamp now);
Result<void> remove_alert(storage::Database& database, std::int64_t id);

/// Refused while alerts send to it, with their names.
Result<void> remove_webhook(storage::Database& database, std::int64_t id);
/// Refused while alerts watch it, with their names.
Result<void> remove_report(storage::Database& database, std::int64_t id);

/// An alert whose fit changes with its report.
struct FitChange {
  Alert alert;
  std::string problem;  ///< empty: it fits again
};
/// What a report's new definition would change.
std::vector<FitChange> fit_changes(storage::Database& database, std::int64_t report_id,
                                   std::string_view definition);
/// Stores it, with its history.
void apply_fit_changes(storage::Database& database, const std::vector<FitChange>& changes, Timestamp now);

void set_judged(storage::Database& database, std::int64_t id, Timestamp until);
void set_notified(storage::Database& database, std::int64_t id, Timestamp at);

}  // namespace bellwether::alerts
