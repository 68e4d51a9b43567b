#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/fwd.hpp>

#include "alerts/alert_store.hpp"
#include "base/time.hpp"
#include "registry/checks.hpp"
#include "registry/projects.hpp"
#include "registry/syncs.hpp"
#include "registry/webhooks.hpp"
#include "storage/database.hpp"

/// The publisher's configuration as code: projects with their cohorts, destinations and syncs, by name.
/// `bellwether apply` makes what is there match it.
namespace bellwether::publisher {

struct WantedCohort {
  std::string name;
  std::string description;
  std::string definition;  ///< JSON
};

struct WantedReport {
  std::string name;
  std::string description;
  std::string definition;  ///< JSON
};

struct WantedWebhook {
  std::string name;
  std::string url;
  std::string user;
  std::string password;
  bool enabled = true;
  registry::Webhook::Format format = registry::Webhook::Format::kMixpanel;
};

struct WantedAlert {
  std::string report;                 ///< its name
  std::vector<std::string> webhooks;  ///< their names
  alerts::Alert alert;                ///< the rest
};

struct WantedDestination {
  std::string name;
  std::string url;
  std::string user;
  std::string password;
  bool enabled = true;
};

struct WantedSync {
  std::string cohort;       ///< its name
  std::string destination;  ///< its name
  std::vector<std::string> properties;
  bool recurring = true;
  std::string owner;
};

struct WantedProject {
  registry::Project project;
  std::vector<WantedCohort> cohorts;
  std::vector<WantedReport> reports;
  std::vector<WantedWebhook> webhooks;
  std::vector<WantedAlert> alerts;
  std::vector<WantedDestination> destinations;
  std::vector<WantedSync> syncs;
};

struct Configuration {
  std::vector<WantedProject> projects;
};

/// Reads `{"projects": [{"id", "name", "token", …, "cohorts": […], "reports": […],
/// "destinations": […], "syncs": […]}]}`.
/// Throws ParseError.
Configuration read_configuration(const boost::json::value& value);

/// One thing that differs.
struct Change {
  std::string verb;                 ///< "create", "change", "delete"
  std::string what;                 ///< "cohort \"Trial users\" of project 8"
  std::vector<std::string> fields;  ///< which, for "change"; never their values
};

struct Applied {
  std::vector<Change> changes;
  std::vector<std::pair<std::int64_t, std::string>> removed_syncs;  ///< id and key
  std::vector<std::pair<std::string, alerts::FitChange>> misfits;   ///< of a report, by its name
};

/// Makes the projects in `wanted` as it says, in the caller's transaction; other projects are left alone, and
/// so are cohorts that were uploaded as lists. A refusal leaves the transaction half done: roll it back.
Result<Applied> apply(storage::Database& database, const Configuration& wanted,
                      const registry::SyncLimits& limits, Timestamp now);

}  // namespace bellwether::publisher
