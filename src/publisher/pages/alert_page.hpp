#pragma once

#include <string>
#include <vector>

#include "alerts/alert.hpp"
#include "alerts/alert_chart.hpp"
#include "alerts/history.hpp"
#include "alerts/notification.hpp"
#include "base/markup.hpp"
#include "publisher/alert_form.hpp"
#include "registry/projects.hpp"
#include "registry/reports.hpp"
#include "registry/webhooks.hpp"

namespace bellwether::publisher {

/// What an alert's page shows.
struct AlertPage {
  alerts::Alert alert;
  registry::Report report;
  registry::Project project;
  AlertForm form;                             ///< as stored, or as it was sent and refused
  std::string problem;                        ///< why it was refused; empty: it was not
  bool saved = false;                         ///< the form has just been saved
  std::optional<alerts::AlertCourse> course;  ///< of the last buckets, by the form's condition
  std::string no_course;                      ///< why there is none
  std::vector<alerts::Event> history;
  std::vector<alerts::Notification> notifications;
  std::vector<registry::Webhook> webhooks;  ///< all of the project
};

Markup render(const AlertPage& page);

}  // namespace bellwether::publisher
