#include "publisher/invalid_alert_message.hpp"

#include <fmt/format.h>

#include "base/json_writer.hpp"

namespace bellwether::publisher {

OperatorMessage invalid_alert_message(const alerts::FitChange& change, const std::string& report) {
  const alerts::Alert& alert = change.alert;
  OperatorMessage notice{
      .to = alert.creator_email,
      .subject = fmt::format("The alert \"{}\" no longer fits its report", alert.name),
      .text = fmt::format("The report \"{}\" of project {} was changed:\n\n    {}\n\n"
                          "The alert does not fire until the report or the alert is changed.\n",
                          report, alert.project_id, change.problem)};
  JsonWriter json(notice.json);
  json.begin_object().key("event").value("alert_invalid").key("project_id").value(alert.project_id);
  json.key("alert_id").value(alert.id).key("report_id").value(alert.report_id);
  json.key("message").value(change.problem).end_object();
  return notice;
}

}  // namespace bellwether::publisher
