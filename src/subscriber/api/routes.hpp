#pragma once

#include "subscriber/api/call.hpp"

/// The API's calls, one function each; api.cpp maps paths to them.
namespace bellwether::subscriber {

// cohorts.cpp
Answer list_cohorts(const Call& call);
Answer show_cohort(const Call& call);
Answer list_doubts(const Call& call);
Answer list_cohorts_of_member(const Call& call);
Answer list_sessions(const Call& call);

// members.cpp
Answer list_members(const Call& call);
Answer show_member(const Call& call);

// changes.cpp
Answer list_changes(const Call& call);

// alerts.cpp
Answer list_alerts(const Call& call);
Answer show_alert(const Call& call);

// operations.cpp
Answer list_rejected_requests(const Call& call);
Answer show_metrics(const Call& call);
Answer show_health(const Call& call);
Answer show_readiness(const Call& call);
Answer show_asyncapi(const Call& call);

}  // namespace bellwether::subscriber
