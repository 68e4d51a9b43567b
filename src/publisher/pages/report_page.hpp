#pragma once

#include <vector>

#include "alerts/alert.hpp"
#include "base/markup.hpp"
#include "calendar/calendar.hpp"
#include "registry/projects.hpp"
#include "registry/reports.hpp"
#include "reports/report.hpp"

namespace bellwether::publisher {

/// What a report's page shows.
struct ReportPage {
  const registry::Report& stored;
  const registry::Project& project;
  const reports::Definition& definition;
  const reports::Report& result;
  calendar::TimeZone zone;
  const std::vector<alerts::Alert>& alerts;  ///< that watch it
  const alerts::Alert* came_from = nullptr;  ///< the alert whose message led here; null: none
};

Markup render(const ReportPage& page);

/// The names of all reports, for the front page.
Markup render_report_list(const std::vector<registry::Project>& projects,
                          const std::vector<registry::Report>& reports,
                          const std::vector<alerts::Alert>& alerts);

}  // namespace bellwether::publisher
