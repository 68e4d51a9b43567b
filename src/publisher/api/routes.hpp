#pragma once

#include "publisher/api/call.hpp"

/// The private listener's calls, one function each; api.cpp maps methods and paths to them.
namespace bellwether::publisher {

// projects.cpp
Answer list_projects(const Call& call);
Answer show_project(const Call& call);
Answer put_project(const Call& call);
Answer delete_project(const Call& call);
Answer apply_configuration(const Call& call);

// events.cpp
Answer list_events(const Call& call);
Answer list_rejects(const Call& call);

// cohorts.cpp
Answer list_cohorts(const Call& call);
Answer create_cohort(const Call& call);
Answer show_cohort(const Call& call);
Answer change_cohort(const Call& call);
Answer delete_cohort(const Call& call);
Answer preview_cohort(const Call& call);
Answer preview_definition(const Call& call);
Answer upload_list(const Call& call);

// reports.cpp
Answer list_reports(const Call& call);
Answer create_report(const Call& call);
Answer show_report(const Call& call);
Answer change_report(const Call& call);
Answer delete_report(const Call& call);
Answer show_report_result(const Call& call);
Answer run_definition(const Call& call);
Answer show_report_schema(const Call& call);

// webhooks.cpp
Answer list_webhooks(const Call& call);
Answer create_webhook(const Call& call);
Answer show_webhook(const Call& call);
Answer change_webhook(const Call& call);
Answer delete_webhook(const Call& call);
Answer test_webhook(const Call& call);

// alerts.cpp
Answer list_alerts(const Call& call);
Answer create_alert(const Call& call);
Answer show_alert(const Call& call);
Answer change_alert(const Call& call);
Answer delete_alert(const Call& call);
Answer pause_alert(const Call& call);
Answer resume_alert(const Call& call);
Answer test_alert(const Call& call);
Answer test_unsaved_alert(const Call& call);
Answer preview_alert(const Call& call);
Answer list_alert_history(const Call& call);
Answer list_alert_notifications(const Call& call);
Answer resend_notification(const Call& call);

// root_cause.cpp
Answer show_root_cause(const Call& call);

// pages.cpp
Answer show_front_page(const Call& call);
Answer show_report_page(const Call& call);
Answer show_alert_page(const Call& call);
Answer change_alert_by_form(const Call& call);
Answer show_root_cause_page(const Call& call);
Answer show_login(const Call& call);
Answer log_in(const Call& call);
Answer show_style_sheet(const Call& call);
Answer show_icon(const Call& call);

// destinations.cpp
Answer list_destinations(const Call& call);
Answer create_destination(const Call& call);
Answer show_destination(const Call& call);
Answer change_destination(const Call& call);
Answer delete_destination(const Call& call);
Answer test_destination(const Call& call);

// syncs.cpp
Answer list_syncs(const Call& call);
Answer create_sync(const Call& call);
Answer show_sync(const Call& call);
Answer change_sync(const Call& call);
Answer delete_sync(const Call& call);
Answer run_sync(const Call& call);
Answer pause_sync(const Call& call);
Answer resume_sync(const Call& call);

// runs.cpp
Answer list_runs(const Call& call);
Answer show_run(const Call& call);
Answer list_attempts(const Call& call);
Answer audit_run(const Call& call);

// operations.cpp
Answer show_metrics(const Call& call);
Answer show_health(const Call& call);
Answer show_readiness(const Call& call);
Answer show_definition_schema(const Call& call);

}  // namespace bellwether::publisher
