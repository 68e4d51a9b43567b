#pragma once

#include <expected>
#include <vector>

#include "alerts/alert.hpp"
#include "alerts/alert_chart.hpp"
#include "alerts/message.hpp"
#include "publisher/alert_trial.hpp"
#include "publisher/api/call.hpp"
#include "publisher/root_cause_analysis.hpp"
#include "registry/projects.hpp"
#include "registry/reports.hpp"
#include "registry/webhooks.hpp"
#include "reports/report.hpp"

/// What both the JSON calls and the pages do. `segment` is where in the path the id stands.
namespace bellwether::publisher {

template <typename T>
using Done = std::expected<T, ApiError>;

// alerts.cpp
Done<alerts::Alert> find_alert(const Call& call, std::size_t segment);
Done<alerts::Alert> save_alert(const Call& call, const alerts::Alert& alert);

/// What trying an alert needs.
struct Trial {
  reports::Context context;
  reports::Definition definition;
  alerts::Setting setting;
  std::vector<registry::Webhook> webhooks;
};
/// Names the alert's metric when it has none.
Done<Trial> prepare_trial(const Call& call, alerts::Alert& alert);
alerts::AlertCourse course_of(const Trial& trial, const alerts::Alert& alert,
                              const std::vector<TrialBucket>& buckets);

// reports.cpp
Done<registry::Report> find_report(const Call& call, std::size_t segment);

/// A report that was run now.
struct ReportRun {
  registry::Project project;
  calendar::TimeZone zone;
  reports::Definition definition;
  reports::Report report;
};
Done<ReportRun> run_report(const Call& call, const std::string& project_id, const std::string& definition);

// root_cause.cpp
/// Of the bucket that `?at=` (Unix seconds, as in a payload's link) lies in.
Done<RootCause> explain_bucket(const Call& call, const alerts::Alert& alert);

}  // namespace bellwether::publisher
